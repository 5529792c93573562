// What has the focus and is hidden all the same (WCAG 2.2, 2.4.11 and 2.4.12), going down the page and back up: [what is hidden, ...].
// The browser brings what gets the focus into the window; whatever then lies on top of it is the fault.
// What reaches beyond the window is not: the browser follows the caret of a text field.
() => {
  const hidden = [];
  const { scrollPaddingBlockStart, scrollPaddingBlockEnd } = getComputedStyle(document.documentElement);
  const room = innerHeight - parseFloat(scrollPaddingBlockStart) - parseFloat(scrollPaddingBlockEnd);
  const name = (node) => `${node.tagName.toLowerCase()}.${node.className} “${(node.ariaLabel || node.textContent || node.name || "").replace(/\s+/g, " ").trim().slice(0, 40)}”`;
  const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.disabled);
  const isOn = (node, x, y) => {
    const top = document.elementFromPoint(x, y);
    return top && (node.contains(top) || top.contains(node) || [...(node.labels || [])].some((label) => label.contains(top)));
  };
  const look = (node, way) => {
    node.focus();
    if (document.activeElement !== node) return hidden.push(`takes no focus: ${name(node)}`);
    const parts = [...node.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    const points = parts.flatMap((box) => [0.1, 0.5, 0.9].flatMap((across) => [0.1, 0.5, 0.9].map((down) => [box.left + across * box.width, box.top + down * box.height])));
    const inside = points.filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight);
    const seen = inside.filter(([x, y]) => isOn(node, x, y));
    if (!seen.length) hidden.push(`not seen, ${way}: ${name(node)}`);
    else if (node.getBoundingClientRect().height > room) return; // a long table or text: no window of this height shows all of it
    else if (seen.length < inside.length) hidden.push(`partly covered, ${way}: ${name(node)}`);
  };
  stops.forEach((node) => look(node, "down"));
  stops.reverse().forEach((node) => look(node, "up"));
  return hidden;
}
