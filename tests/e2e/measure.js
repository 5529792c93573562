// What stands on the page and is too small, too near a neighbour or too wide: {wrong: [what is wrong, ...], smallest, nearest}, in px;
// `smallest` is the shorter side of the smallest target, `nearest` the smallest gap between two, both null where there are none.
// A link inside running text is free of the size (WCAG 2.2, 2.5.5 and 2.5.8: "inline"): it is inline, and its block has words beside links.
({ size, gap }) => {
  const wrong = [];
  const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const name = (node) => `${node.tagName.toLowerCase()}.${node.className} “${(node.ariaLabel || words(node) || node.name || "").slice(0, 40)}”`;
  const block = (node) => {
    let at = node.parentElement;
    while (at && getComputedStyle(at).display.startsWith("inline") && getComputedStyle(at).display !== "inline-block") at = at.parentElement;
    return at;
  };
  const isInText = (node) => {
    const isTerm = node.matches("button.term"); // a button is always a box of its own, here without border or padding
    if (!isTerm && (node.tagName !== "A" || getComputedStyle(node).display !== "inline")) return false;
    const around = block(node).cloneNode(true);
    around.querySelectorAll("a, summary, button:not(.term), .sr, details").forEach((other) => other.remove());
    return /[\p{L}\p{N}]/u.test(words(around));
  };
  // A bar that sticks to the edge of the window covers what is under it: its own padding keeps what is left apart.
  const bar = (node) => {
    const sticky = node.closest(".step");
    return sticky && getComputedStyle(sticky).position === "sticky" && parseFloat(getComputedStyle(sticky).paddingTop) >= gap ? sticky : null;
  };
  const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, label:has(input[type=checkbox], input[type=radio])")]
    .filter((node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter((node) => !(node.tagName === "INPUT" && node.closest("label")))
    .filter((node) => !isInText(node))
    .map((node) => ({ node, box: node.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1 && box.bottom + scrollY > 0);
  let smallest = null, nearest = null;
  for (const { node, box } of targets) {
    smallest = Math.min(smallest ?? Infinity, box.width, box.height);
    if (box.width < size - 0.5 || box.height < size - 0.5) wrong.push(`small: ${name(node)} ${box.width.toFixed(1)} x ${box.height.toFixed(1)}`);
  }
  for (let one = 0; one < targets.length; one++) {
    for (let other = one + 1; other < targets.length; other++) {
      const a = targets[one], b = targets[other];
      if (a.node.contains(b.node) || b.node.contains(a.node)) continue;
      if (bar(a.node) !== bar(b.node)) continue;
      const across = Math.max(0, a.box.left - b.box.right, b.box.left - a.box.right);
      const down = Math.max(0, a.box.top - b.box.bottom, b.box.top - a.box.bottom);
      const apart = Math.hypot(across, down);
      nearest = Math.min(nearest ?? Infinity, apart);
      if (apart < gap - 0.5) wrong.push(`near: ${name(a.node)} and ${name(b.node)}, ${apart.toFixed(1)} apart`);
    }
  }
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    const wide = [...document.querySelectorAll("body *")].filter((node) => node.getBoundingClientRect().right > width + 1 && !node.closest(".scroll, .sr, .skip"));
    wrong.push(`wide: ${document.documentElement.scrollWidth} of ${width}, first ${wide.slice(0, 3).map(name).join("; ")}`);
  }
  return { wrong, smallest, nearest };
}
