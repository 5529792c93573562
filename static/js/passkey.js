// A passkey is offered only where this browser can give one; without JavaScript its part of the page stays hidden.
// When the device gives none all the same (refused, none there, no HTTPS), the page says so in words.
if (window.PublicKeyCredential) {
  document.querySelectorAll(".needs-passkey").forEach((part) => { part.hidden = false; });
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  problem.textContent = problem.dataset.words;
});
