// 'My situation', on the device: holds a reader's answers against the limits in the page's table.
// Nothing is sent, stored or put into an address. `judge` and what it calls know nothing of the page.

const DAY = 86_400_000;
const date = (year, month, day) => Date.UTC(year, month - 1, day);

/** The last day of a month; months count from 1. */
const lastDay = (year, month) => new Date(date(year, month + 1, 1) - DAY).getUTCDate();

/** The same day `months` later, or the last day of a month that has no such day: 31 August + 6 = 28 or 29 February. */
export function addMonths([year, month, day], months) {
  const count = year * 12 + (month - 1) + months;
  const there = [Math.floor(count / 12), (count % 12) + 1];
  return [...there, Math.min(day, lastDay(...there))];
}

const at = (parts) => date(...parts);

/** Months since onset. The day of onset is not known: its first and its last possible day are both looked at. */
function onset(limit, answers, today) {
  if (!limit) return null;
  if (!answers.onset) return { verdict: "ask", why: "onset_unknown", n: limit };
  const [year, month] = answers.onset;
  const early = addMonths([year, month, 1], limit), late = addMonths([year, month, lastDay(year, month)], limit);
  const now = at(today);
  if (now > at(late)) return { verdict: "closed", why: "onset_closed", n: limit, date: late };
  if (now > at(early)) return { verdict: "ask", why: "onset_border", n: limit };
  return { verdict: "open", why: "onset_until", n: limit, date: early, days: Math.round((at(early) - now) / DAY) };
}

function vitalCapacity(limit, answers) {
  if (!limit) return null;
  if (answers.vitalCapacity === null) return { verdict: "ask", why: "vc_unknown", n: limit };
  if (answers.vitalCapacity < limit) return { verdict: "closed", why: "vc_closed", n: limit };
  return answers.vitalCapacity === limit ? { verdict: "open", why: "vc_border", n: limit } : { verdict: "open" };
}

/** Both ends are inside: 'up to 80 years' is over on the 81st birthday. */
function age(limits, answers) {
  const { youngest, oldest } = limits;
  if (youngest === null && oldest === null) return null;
  if (answers.age === null) return { verdict: "ask", why: "age_unknown" };
  if (youngest !== null && answers.age < youngest) return { verdict: "closed", why: "young", n: youngest };
  if (oldest !== null && answers.age > oldest) return { verdict: "closed", why: "old", n: oldest };
  return answers.age === oldest ? { verdict: "open", why: "last_year", n: oldest } : { verdict: "open" };
}

/** Answers: a symbol, "other" (a change in a gene that is not in the list), "none" (tested, nothing found), "" (not known). */
function genes(limits, answers) {
  const found = [];
  const named = (list) => list.join(", ");
  if (limits.gene.length) {
    if (limits.gene.includes(answers.gene)) found.push({ verdict: "open" });
    else if (!answers.gene) found.push({ verdict: "ask", why: "gene_unknown", genes: named(limits.gene) });
    else if (answers.gene === "other") found.push({ verdict: "ask", why: "other_gene", genes: named(limits.gene) });
    else found.push({ verdict: "closed", why: "gene_closed", genes: named(limits.gene) });
  }
  if (limits.geneExcluded.length) {
    if (limits.geneExcluded.includes(answers.gene)) found.push({ verdict: "closed", why: "not_gene_closed", genes: named(limits.geneExcluded) });
    else if (!answers.gene) found.push({ verdict: "ask", why: "not_gene_unknown", genes: named(limits.geneExcluded) });
    else if (answers.gene === "other") found.push({ verdict: "ask", why: "other_gene", genes: named(limits.geneExcluded) });
    else found.push({ verdict: "open" });
  }
  return found;
}

const SUPPORT = { none: 0, noninvasive: 1, invasive: 2 };

function ventilation(limit, answers) {
  if (!limit) return null;
  if (!answers.ventilation) return { verdict: "ask", why: "ventilation_unknown" };
  const isWithin = SUPPORT[answers.ventilation] <= SUPPORT[limit];
  return isWithin ? { verdict: "open" } : { verdict: "closed", why: "ventilation_closed" };
}

/** Half a year: what closes later than that is open, with its date. */
const SOON = 183;

/**
 * What one trial's limits say of these answers on `today` ([year, month, day]).
 * Limits: {onsetMax, vitalCapacityMin, youngest, oldest: number or null, gene, geneExcluded: symbols, ventilation: "" or a kind}.
 * Gives {verdict: "open" | "closes" | "closed" | "ask", days, reasons}. One closed limit closes; else one open question asks.
 */
export function judge(limits, answers, today) {
  const parts = [
    onset(limits.onsetMax, answers, today), vitalCapacity(limits.vitalCapacityMin, answers), age(limits, answers),
    ...genes(limits, answers), ventilation(limits.ventilation, answers),
  ].filter(Boolean);
  if (!parts.length) return { verdict: "ask", days: null, reasons: [{ verdict: "ask", why: "no_limits" }] };
  const days = parts.map((part) => part.days ?? null).find((value) => value !== null) ?? null;
  const is = (verdict) => parts.some((part) => part.verdict === verdict);
  const verdict = is("closed") ? "closed" : is("ask") ? "ask" : days !== null && days <= SOON ? "closes" : "open";
  const said = parts.filter((part) => part.why && (verdict !== "closed" || part.verdict === "closed"));
  return { verdict, days, reasons: said };
}

/** The words of "closes", rounded down so that nobody comes too late. */
export function closing(days, words) {
  const weeks = Math.floor(days / 7);
  if (weeks === 0) return words.closes_days;
  return weeks === 1 ? words.closes_week : words.closes_weeks.replace("{n}", weeks);
}

// The page

/** A whole number in these bounds; null for nothing, undefined for what cannot be read. */
export function whole(text, least, most) {
  const trimmed = text.trim().replace(/\s*%$/, "");
  if (!trimmed) return null;
  if (!/^\d{1,4}$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return value >= least && value <= most ? value : undefined;
}

function start(root) {
  const words = JSON.parse(document.getElementById("situation-words").textContent);
  const field = (name) => root.querySelector(`#my-${name}`);
  const table = document.getElementById("situation-table");
  const status = document.getElementById("situation-status");
  const format = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
  const number = (text) => (text === "" ? null : Number(text));
  const symbols = (text) => text.split("|").filter(Boolean);
  const rank = { open: 0, closes: 0, ask: 1, closed: 2 };

  const answersOf = (today) => {
    const wrong = [];
    const read = (name, least, most) => {
      const value = whole(field(name).value, least, most);
      field(name).setAttribute("aria-invalid", value === undefined);
      if (value === undefined) wrong.push(field(name).labels[0].firstChild.textContent.trim());
      return value ?? null;
    };
    const year = read("year", 1950, today[0]);
    const month = Number(field("month").value) || null;
    let onset = year && month ? [year, month] : null;
    const isFuture = onset && at([...onset, 1]) > at(today);
    if (isFuture) onset = null;
    const answers = {
      onset, vitalCapacity: read("vc", 1, 200), age: read("age", 0, 120), gene: field("gene").value, ventilation: field("ventilation").value,
    };
    return { answers, wrong, isFuture };
  };

  const fill = (text, part) => text.replace("{n}", part.n).replace("{genes}", part.genes).replace("{date}", part.date ? format.format(at(part.date)) : "");

  const show = () => {
    const now = new Date();
    const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
    const { answers, wrong, isFuture } = answersOf(today);
    const count = { open: 0, closes: 0, closed: 0, ask: 0 };
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) {
      const { onset: onsetMax, vc, youngest, oldest, gene, notGene, ventilation: support } = row.dataset;
      const limits = {
        onsetMax: number(onsetMax), vitalCapacityMin: number(vc), youngest: number(youngest), oldest: number(oldest),
        gene: symbols(gene), geneExcluded: symbols(notGene), ventilation: support,
      };
      const found = judge(limits, answers, today);
      count[found.verdict] += 1;
      const cell = row.querySelector(".verdict");
      const what = document.createElement("b");
      what.textContent = found.verdict === "closes" ? `${words.open}; ${closing(found.days, words)}` : words[found.verdict];
      const why = found.reasons.map((part) => {
        const line = document.createElement("small");
        line.textContent = fill(words[part.why], part);
        return line;
      });
      cell.replaceChildren(what, ...why);
      row.dataset.verdict = found.verdict;
    }
    rows.sort((a, b) => rank[a.dataset.verdict] - rank[b.dataset.verdict] || a.dataset.order - b.dataset.order);
    table.tBodies[0].append(...rows);
    table.classList.add("judged");
    const summary = words.summary.replace("{open}", count.open + count.closes).replace("{closing}", count.closes)
      .replace("{closed}", count.closed).replace("{ask}", count.ask);
    const notes = [...(wrong.length ? [words.wrong.replace("{names}", wrong.join(", "))] : []), ...(isFuture ? [words.future] : [])];
    status.textContent = [summary, ...notes].join(" ");
  };

  const clear = () => {
    for (const input of root.querySelectorAll("input, select")) {
      input.value = "";
      input.removeAttribute("aria-invalid");
    }
    table.classList.remove("judged");
    for (const row of table.tBodies[0].rows) {
      delete row.dataset.verdict;
      row.querySelector(".verdict").replaceChildren();
    }
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort((a, b) => a.dataset.order - b.dataset.order));
    status.textContent = words.cleared;
  };

  root.querySelector("#situation-show").addEventListener("click", () => { show(); status.focus(); });
  root.querySelector("#situation-clear").addEventListener("click", clear);
  root.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("input")) { show(); status.focus(); } });
  root.addEventListener("change", () => { if (table.classList.contains("judged")) show(); });
  addEventListener("pageshow", (event) => { if (event.persisted) clear(); });
  document.getElementById("situation-hint").hidden = true;
  root.hidden = false;
}

const root = globalThis.document?.getElementById("situation");
if (root) start(root);
