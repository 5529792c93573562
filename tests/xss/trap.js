// Before any script of a page: what a hostile text would call, and what the policy had to stop.
window.__ran = [];
window.__x = (number) => { window.__ran.push(number); };
document.addEventListener("securitypolicyviolation", (event) => {
  window.__ran.push(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
