/* The page of a draft: warns before unsaved text is left, keeps it on this device until it is saved, cites sources. */
"use strict";

(() => {
  const place = document.getElementById("kept-place");
  const form = document.getElementById("edition_form");
  if (!place || !form || !form.querySelector("[name=_save]")) return;

  const words = place.dataset;
  const key = `draft-${words.draft}-${words.person}`;
  const editors = new Map(); // text area -> editor
  const LEFT_OUT = new Set(["csrfmiddlewaretoken", "base", "opened_at_version", "merged_version"]);
  let isDirty = document.querySelector(".errornote") !== null; // what was refused is not saved yet
  let isSubmitting = false;

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const forget = () => {
    try {
      localStorage.removeItem(key);
    } catch { /* a browser that keeps nothing */ }
  };
  const content = () => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (!LEFT_OUT.has(name) && !name.includes("__prefix__")) fields[name] = value;
    }
    return fields;
  };
  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), version: words.version, fields: content() }));
    } catch { /* full, or not allowed: the warning before leaving still stands */ }
  };

  // The server says once what it saved: only then is the copy on the device of no more use.
  const saved = document.cookie.split("; ").find((cookie) => cookie.startsWith("saved-draft="));
  if (saved && saved.split("=")[1] === words.draft) {
    document.cookie = "saved-draft=; path=/admin/; max-age=0; SameSite=Lax";
    forget();
  }

  let timer = 0;
  let isReady = false;
  const changed = () => {
    if (!isReady) return;
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  document.addEventListener("formset:added", changed);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep();
    isSubmitting = true;
  });
  addEventListener("beforeunload", (event) => {
    if (isDirty && !isSubmitting) event.preventDefault();
  });

  // What was kept comes back on request.
  const fill = (fields) => {
    for (const [name, value] of Object.entries(fields)) {
      const total = name.match(/^(.+)-TOTAL_FORMS$/);
      if (!total) continue;
      const add = document.querySelector(`#${total[1]}-group .add-row a`);
      const has = () => Number(form.elements[name]?.value || 0);
      for (let tries = 0; add && has() < Number(value) && tries < 200; tries += 1) add.click();
    }
    for (const element of form.elements) {
      if (!element.name || LEFT_OUT.has(element.name) || /-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/.test(element.name)) continue;
      if (element.name.includes("__prefix__") || ["submit", "button", "file"].includes(element.type)) continue;
      const value = fields[element.name];
      if (element.type === "checkbox") element.checked = value !== undefined;
      else if (element.type === "radio") element.checked = element.value === value;
      else if (value !== undefined && element.type !== "hidden") {
        if (element.tagName === "SELECT" && ![...element.options].some((option) => option.value === value)) {
          element.add(new Option(value, value));
        }
        element.value = value;
        editors.get(element)?.commands.setContent(value, { emitUpdate: true });
      }
    }
    isDirty = true;
    keep();
  };
  const offer = (kept) => {
    const bar = document.createElement("div");
    bar.className = "kept-text";
    bar.setAttribute("role", "status");
    const said = document.createElement("span");
    said.textContent = words.kept.replace("{time}", new Date(kept.at).toLocaleString());
    const button = (text, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = text;
      made.addEventListener("click", () => {
        act();
        bar.remove();
      });
      return made;
    };
    bar.append(said, button(words.bring, () => fill(kept.fields)), button(words.drop, forget));
    form.before(bar);
  };

  document.addEventListener("prose-editor:ready", (event) => {
    const { editor, textarea } = event.detail;
    editors.set(textarea, editor);
    editor.on("update", changed);
    citeButton(editor, textarea);
  });

  // A button that cites one of the edition's sources: '(Oh et al., 2018)', or inside brackets '; Oh et al., 2018'.
  function citeButton(editor, textarea) {
    const labels = [...document.querySelectorAll("[name^='source_set-'][name$='-label']")]
      .filter((input) => !input.name.includes("__prefix__") && input.value)
      .map((input) => input.value);
    if (!labels.length) return;
    const label = document.createElement("label");
    label.className = "cite-source";
    const select = document.createElement("select");
    const name = (document.querySelector(`label[for="${textarea.id}"]`)?.textContent || textarea.name).replace(/:\s*$/, "").trim();
    select.setAttribute("aria-label", `${words.cite}: ${name}`);
    select.add(new Option(words.cite, ""));
    labels.forEach((one) => select.add(new Option(one, one)));
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.insert;
    button.setAttribute("aria-label", `${words.insert}: ${name}`);
    button.addEventListener("click", () => {
      if (!select.value) return;
      const { from } = editor.state.selection;
      const before = editor.state.doc.textBetween(Math.max(0, from - 300), from, "\n");
      const isInside = before.lastIndexOf("(") > before.lastIndexOf(")");
      const space = before && !/[\s(]$/.test(before) ? " " : "";
      const text = isInside ? `${/[(;]\s*$/.test(before) ? "" : ";"}${space}${select.value}` : `${space}(${select.value})`;
      editor.chain().focus().insertContent({ type: "text", text }).run();
      select.value = "";
    });
    label.append(select);
    const row = document.createElement("div");
    row.className = "cite-row";
    row.append(label, button);
    (textarea.closest(".prose-editor") || textarea.parentElement).append(row);
  }

  addEventListener("load", () => {
    setTimeout(() => {
      isReady = true; // what editors do to the text while they start is no change
      const kept = read();
      if (!kept || Date.now() - kept.at > 14 * 24 * 3600 * 1000) return forget();
      const now = content();
      const differs = Object.entries(kept.fields).some(([name, value]) => (now[name] ?? "") !== value);
      if (differs) offer(kept);
      else forget();
    }, 600);
  });
})();
