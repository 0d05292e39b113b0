// Shows how far the worker is: what stands on the page is fetched again every two seconds, until the step is over.
(function () {
  "use strict";
  const shown = document.querySelector("[data-progress]");
  if (!shown) {
    return;
  }
  function look() {
    fetch(window.location.href, { credentials: "same-origin" })
      .then(function (answer) {
        return answer.ok ? answer.text() : "";
      })
      .then(function (text) {
        const page = new DOMParser().parseFromString(text, "text/html");
        const now = page.querySelector("[data-progress]");
        if (text && (!now || now.dataset.progress !== shown.dataset.progress)) {
          window.location.reload();
          return;
        }
        if (now) {
          shown.replaceChildren.apply(shown, Array.from(now.childNodes));
        }
        window.setTimeout(look, 2000);
      })
      .catch(function () {
        window.setTimeout(look, 5000);
      });
  }
  window.setTimeout(look, 2000);
})();
