// When the device gives no passkey (refused, none there, no HTTPS), the page says so in words.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  problem.textContent = problem.dataset.words;
});
