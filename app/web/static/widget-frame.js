// The page inside a frame talks with the page around it: only with the window that frames it, only from a named origin.
(() => {
  const origins = document.documentElement.dataset.origins.split(" ").concat(location.origin);
  window.JobAid = function () {
    (window.JobAid.q = window.JobAid.q || []).push(arguments);
  };
  let outside = "";
  let told;
  const tell = (message) => outside && window.parent.postMessage(message, outside);
  const does = {
    context: ({ task, screen, route }) => {
      window.JobAid("context", { task, screen, route });
      window.JobAid("open");
    },
    show: ({ slug, step }) => window.JobAid("show", slug, { step }),
    search: ({ query }) => window.JobAid("search", query),
    token: ({ token }) => told && told(typeof token === "string" ? token : ""),
    identify: () => window.JobAid("identify", ask),
  };
  const ask = () =>
    new Promise((resolve) => {
      told = resolve;
      setTimeout(resolve, 5000, "");
      tell({ jobaid: "token" });
    });
  addEventListener("message", (event) => {
    if (event.source !== window.parent || event.source === window || !origins.includes(event.origin)) return;
    const what = event.data && event.data.jobaid;
    outside = event.origin;
    if (Object.prototype.hasOwnProperty.call(does, what)) does[what](event.data);
  });
  for (const name of ["view", "step", "feedback", "search", "noresults", "error"])
    document.addEventListener("jobaid:" + name, (event) => tell({ jobaid: "event", name, detail: event.detail }));
  document.addEventListener("jobaid:close", () => tell({ jobaid: "close" }));
  if (window.parent === window) window.JobAid("open");
  // Whom it may speak to is not known before the other side has spoken; that this page is ready tells nobody anything.
  for (const origin of origins) if (window.parent !== window) window.parent.postMessage({ jobaid: "ready" }, origin);
})();
