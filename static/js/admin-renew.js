// A page that waits for the worker asks again every three seconds, until it has what it waits for.
setTimeout(() => location.replace(location.href), 3000);
