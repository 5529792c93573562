// Before anything is drawn: the reader's own settings, kept on this device, and what this browser can do.
// Without this script every page is the plain page.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  if ("speechSynthesis" in window && "SpeechSynthesisUtterance" in window) root.dataset.speech = "";
  try {
    for (const name of ["text", "contrast"]) {
      const value = localStorage.getItem(`reading-${name}`);
      if (value) root.dataset[name] = value;
    }
  } catch {
    // The browser keeps nothing: its own settings hold.
  }
})();
