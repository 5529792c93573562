// What changed since this reader's last visit. The device remembers, under "reading-visits", which edition of which
// therapy was read on which day; the page carries what later editions changed. Nothing is sent.
(() => {
  const since = document.getElementById("since");
  if (!since) return;
  const { therapy, edition, compare } = since.dataset;
  const live = Number(edition);
  const today = new Date().toLocaleDateString("sv"); // 2026-05-03, in the reader's own time zone
  const remembered = () => {
    const visits = JSON.parse(localStorage.getItem("reading-visits") ?? "{}");
    return visits && typeof visits === "object" ? visits : {};
  };
  const remember = () => localStorage.setItem("reading-visits", JSON.stringify({ ...remembered(), [therapy]: [live, today] }));

  const show = (before, day) => {
    const lines = [...since.querySelectorAll("li")];
    const wasWithdrawn = lines.some((line) => Number(line.dataset.edition) === before && "withdrawn" in line.dataset);
    for (const line of lines) {
      const number = Number(line.dataset.edition);
      line.hidden = !(number === before ? wasWithdrawn : number > before && number <= live && !("withdrawn" in line.dataset));
    }
    if (lines.every((line) => line.hidden)) return false;
    const date = new Date(`${day}T12:00:00`).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long", year: "numeric" });
    const when = document.getElementById("since-when");
    when.textContent = (wasWithdrawn ? when.dataset.withdrawn : when.dataset.changed).replace("{date}", date);
    const isKnown = lines.some((line) => Number(line.dataset.edition) === before && !("withdrawn" in line.dataset));
    if (isKnown && before < live) since.querySelector("[data-what]").href = `${compare}${before}/${live}/`;
    since.hidden = false;
    return true;
  };

  try {
    if (localStorage.getItem("reading-memory") === "off") return;
    const visit = remembered()[therapy];
    const isVisit = Array.isArray(visit) && Number.isInteger(visit[0]) && /^\d{4}-\d\d-\d\d$/.test(visit[1]);
    // What was not called seen yet is shown again at the next visit, still counted from the same day.
    if (!isVisit || visit[0] === live || !show(...visit)) remember();
    since.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      if ("seen" in button.dataset) remember();
      else {
        localStorage.removeItem("reading-visits");
        document.querySelector('[data-set="memory"][data-value="off"]').click();
      }
      since.hidden = true;
      const heading = document.getElementById("main");
      heading.focus({ preventScroll: true });
    });
  } catch {
    // The browser keeps nothing, or something else wrote there: no banner.
  }
})();
