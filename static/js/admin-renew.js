// A page that waits for the worker asks every three seconds how far it is: only the progress changes, until it is done.
const waiting = document.querySelector("[data-renew]");

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer && answer.ok) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-renew]");
    if (!fresh) {
      location.reload();
      return;
    }
    waiting.replaceChildren(...fresh.childNodes);
  }
  setTimeout(renew, 3000);
}

if (waiting) setTimeout(renew, 3000);
