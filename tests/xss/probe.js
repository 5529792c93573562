// What stands on a page that no page of ours has, whether or not it ran: it may wait for a pointer or a key.
(canary) => {
  const isDrawnByUs = document.contentType === "text/html";
  const found = window.__ran.filter((what) => isDrawnByUs || typeof what === "number").map((what) => `ran: ${what}`);
  if (!isDrawnByUs) return found; // the browser's own page around a picture, a feed or plain text
  const foreign = new Set(("applet base dialog embed foreignobject frame frameset iframe isindex listing marquee math object plaintext "
    + "portal slot xmp xss animate set image").split(" "));
  const addresses = new Set("action background cite data formaction href ping poster src srcset xlink:href".split(" "));
  const told = (what, element) => found.push(`${what}: ${element.outerHTML.slice(0, 200)}`);
  const roots = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll("*")) {
      const name = element.localName.toLowerCase();
      const isOwnCard = name === "iframe" && element.className === "framed-card" && element.getAttribute("src").startsWith("/drugs/");
      if (foreign.has(name) && !isOwnCard) told("a foreign element", element);
      if (name === "template") roots.push(element.content);
      if (element.shadowRoot) { told("a shadow", element); roots.push(element.shadowRoot); }
      if (name === "meta" && element.httpEquiv) told("an order to the browser", element);
      if (name === "style" && element.textContent.includes(canary)) told("a style sheet", element);
      if (name === "script" && !element.src) {
        if (!["application/json", "application/ld+json", "importmap"].includes(element.type)) told("a script", element);
        else try { JSON.parse(element.textContent); } catch { told("JSON that is none", element); }
      }
      for (const attribute of element.attributes) {
        if (/^on|^srcdoc$|^ping$|^v-|^ng-/i.test(attribute.name)) told("an attribute that runs", element);
        if (attribute.name === "style" && /url\(|animation|expression/i.test(attribute.value)) told("a style", element);
        if (!addresses.has(attribute.name)) continue;
        let scheme = "", host = "";
        try { ({ protocol: scheme, host } = new URL(attribute.value, document.baseURI)); } catch { continue; }
        const isPicture = scheme === "data:" && name === "img" && /^data:image\/(png|svg\+xml|webp)/.test(attribute.value);
        const isCodeApp = scheme === "otpauth:" && location.pathname === "/admin/account/steps/codes/on/";  // our own, of an account's key
        if (!["http:", "https:", "mailto:"].includes(scheme) && !isPicture && !isCodeApp) told("an address that runs", element);
        if (host.includes(canary) && name !== "a") told("something from elsewhere", element);
      }
    }
  }
  return found;
}
