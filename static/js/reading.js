// The reading settings, and reading aloud with the browser's own voice.
// What is set is kept in this browser's localStorage, under names that begin with "reading-"; nothing is sent anywhere.
(() => {
  const root = document.documentElement;

  // Settings

  const panel = document.querySelector(".settings .panel");
  const said = panel.querySelector("[data-said]");
  const choices = [...panel.querySelectorAll("[data-set]")];

  const kept = (name) => {
    try {
      return localStorage.getItem(`reading-${name}`) ?? "";
    } catch {
      return root.dataset[name] ?? "";
    }
  };
  const show = () => choices.forEach((button) => button.setAttribute("aria-pressed", kept(button.dataset.set) === button.dataset.value));
  const apply = (name, value) => {
    if (value) root.dataset[name] = value;
    else delete root.dataset[name];
  };

  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    said.textContent = "";
    panel.closest(".menu").open = true; // larger letters may fold the menu, and the panel that is in use with it
    try {
      if ("forget" in button.dataset) {
        Object.keys(localStorage).filter((key) => key.startsWith("reading-")).forEach((key) => localStorage.removeItem(key));
        ["text", "contrast", "memory"].forEach((name) => apply(name, ""));
        said.textContent = said.dataset.forgotten;
      } else {
        const { set: name, value } = button.dataset;
        apply(name, value);
        if (value) localStorage.setItem(`reading-${name}`, value);
        else localStorage.removeItem(`reading-${name}`);
        if (name === "memory" && value === "off") localStorage.removeItem("reading-visits");
        if (name !== "memory") button.scrollIntoView({ block: "nearest" }); // the page moves when its letters grow
      }
    } catch {
      said.textContent = said.dataset.blocked;
    }
    show();
  });
  addEventListener("storage", () => {
    ["text", "contrast"].forEach((name) => apply(name, kept(name)));
    show();
  });
  show();

  // Reading aloud

  if (!("speech" in root.dataset)) return;
  const player = document.getElementById("player");
  const state = player.querySelector("[data-state]");
  const pause = player.querySelector("[data-do=pause]");
  const BLOCKS = "h1, h2, h3, h4, p, li, dt, dd, caption, summary, tbody tr";
  const LONGEST = 220; // some browsers fall silent in the middle of a longer piece
  const SILENCE = 5000; // ms without a sound, and without a voice, after which we say so
  let pieces = [];
  let at = 0;
  let turn = 0; // rises with every start and stop: an answer to an earlier turn means nothing
  let asked = null;

  const sentences = (text) => {
    const split = "Segmenter" in Intl ? [...new Intl.Segmenter(root.lang, { granularity: "sentence" }).segment(text)].map((part) => part.segment) : [text];
    return split.flatMap((sentence) => sentence.match(new RegExp(`.{1,${LONGEST}}(?:\\s|$)|\\S+`, "gs")) ?? []).map((piece) => piece.trim()).filter(Boolean);
  };
  const words = (node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll("[popover], .listen").forEach((other) => other.remove());
    if (!node.matches("tr")) copy.querySelectorAll(BLOCKS).forEach((other) => other.remove());
    const cells = node.matches("tr") ? [...copy.children].map((cell) => `${cell.dataset.label ? `${cell.dataset.label}: ` : ""}${cell.textContent}`) : [copy.textContent];
    return cells.map((text) => text.replace(/\s+/g, " ").trim()).filter(Boolean).join(". ");
  };
  const read = (part) =>
    [part, ...part.querySelectorAll(BLOCKS)]
      .filter((node) => node.matches(BLOCKS) && !node.closest("nav, form, .step, [popover]") && !node.parentElement.closest("tr") && node.checkVisibility())
      .flatMap((node) => sentences(words(node)).map((text) => ({ node, text })));

  // A voice of this device rather than one that sends the text away to be spoken.
  const voice = () => {
    const fit = speechSynthesis.getVoices().filter((one) => one.lang.replace("_", "-").split("-")[0] === root.lang.split("-")[0]);
    return fit.find((one) => one.localService) ?? fit[0] ?? null;
  };
  const mark = (node) => {
    document.querySelector(".is-read")?.classList.remove("is-read");
    node?.classList.add("is-read");
    node?.scrollIntoView({ block: "nearest" });
  };
  const label = (isPaused) => {
    pause.textContent = isPaused ? pause.dataset.continue : pause.dataset.pause;
    pause.dataset.paused = isPaused ? "yes" : "";
  };
  const silent = () => {
    turn++;
    speechSynthesis.cancel();
    state.textContent = state.dataset.silent;
    state.classList.remove("sr");
    label(true);
  };

  const speak = () => {
    const mine = ++turn;
    speechSynthesis.cancel();
    if (at >= pieces.length) return stop();
    const utterance = new SpeechSynthesisUtterance(pieces[at].text);
    utterance.lang = root.lang;
    utterance.voice = voice();
    utterance.onend = () => {
      if (mine !== turn) return;
      at++;
      speak();
    };
    utterance.onerror = (event) => mine === turn && !["canceled", "interrupted"].includes(event.error) && silent();
    let hasStarted = false;
    utterance.onstart = () => (hasStarted = true);
    setTimeout(() => mine === turn && !hasStarted && !speechSynthesis.getVoices().length && silent(), SILENCE);
    mark(pieces[at].node);
    speechSynthesis.speak(utterance);
  };
  const start = (button) => {
    const part = document.getElementById(button.dataset.read);
    pieces = read(part);
    if (!pieces.length) return;
    at = 0;
    asked = button;
    state.textContent = "";
    state.classList.add("sr");
    label(false);
    root.dataset.reading = "";
    if (!player.matches(":popover-open")) player.showPopover();
    pause.focus({ preventScroll: true });
    speak();
  };
  const stop = () => {
    turn++;
    speechSynthesis.cancel();
    mark(null);
    delete root.dataset.reading;
    if (player.matches(":popover-open")) player.hidePopover();
    asked?.focus({ preventScroll: true });
    asked = null;
  };
  const hold = () => {
    if (pause.dataset.paused) {
      label(false);
      speak();
    } else {
      turn++;
      speechSynthesis.cancel(); // some browsers cannot pause: the sentence is read again from its beginning
      label(true);
    }
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-read], #player [data-do]");
    if (!button) return;
    if (button.dataset.read) start(button);
    else if (button.dataset.do === "stop") stop();
    else hold();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && "reading" in root.dataset) stop();
  });
  addEventListener("pagehide", () => speechSynthesis.cancel());
})();
