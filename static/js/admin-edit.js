/* Long pages of the admin: opens what a link leads to, names new rows, keeps unsaved text on this device. */
"use strict";

(() => {
  // The editor writes a style sheet into the page unless one is there, and the policy forbids that: an element of no
  // namespace answers its question, and css/admin.css has the rules.
  const stand = document.createElementNS("urn:none", "style");
  stand.setAttribute("data-tiptap-style", "");
  document.head.append(stand);

  // The editor hides the text area that the label belongs to: it takes the label and the help text over.
  document.addEventListener("prose-editor:ready", (event) => {
    const { editor, textarea } = event.detail;
    const label = document.querySelector(`label[for="${textarea.id}"]`);
    editor.view.dom.setAttribute("aria-label", label ? label.textContent.replace(/:\s*$/, "") : textarea.name);
    if (textarea.getAttribute("aria-describedby")) {
      editor.view.dom.setAttribute("aria-describedby", textarea.getAttribute("aria-describedby"));
    }
  });

  const openWhatHolds = (element) => {
    for (let at = element; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
    const own = element.querySelector(":scope > fieldset > details");
    if (own) own.open = true;
  };
  const goTo = (hash) => {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (target) {
      openWhatHolds(target);
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", () => goTo(location.hash));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".sections a, a.to-part");
    if (link && link.hash) goTo(link.hash);
  });

  // A new row stands last and says so to a screen reader.
  document.addEventListener("formset:added", (event) => {
    const row = event.target;
    const position = row.querySelector("[name$='-position']");
    if (position) {
      const taken = [...row.closest(".inline-group").querySelectorAll("[name$='-position']")]
        .filter((input) => input !== position && !input.name.includes("__prefix__"))
        .map((input) => Number(input.value) || 0);
      position.value = Math.max(0, ...taken) + 1;
    }
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches(".select-toggle")) window.onSelectToggleChange?.(event);
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const cell of document.querySelectorAll("thead th")) {
      if (cell.childElementCount || cell.textContent.trim()) continue;
      const plain = document.createElement("td"); // a heading without words is none
      plain.className = cell.className;
      cell.replaceWith(plain);
    }
    const search = document.getElementById("searchbar");
    if (search) search.setAttribute("aria-label", document.querySelector("label[for=searchbar] img")?.alt || "?");
    goTo(location.hash);
    document.querySelectorAll(".errorlist:not(.nonfield), .row-error").forEach(openWhatHolds);
  });
})();
