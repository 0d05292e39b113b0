// The little that the back-office pages need: the menu on small screens, filters that go at once, and charts.
(function () {
  "use strict";
  const toggle = document.querySelector("[data-menu-toggle]");
  const side = document.getElementById("sidebar");
  if (toggle && side) {
    toggle.addEventListener("click", function (event) {
      event.stopPropagation();
      toggle.setAttribute("aria-expanded", String(side.classList.toggle("open")));
    });
    document.addEventListener("click", function (event) {
      if (side.contains(event.target)) {
        return;
      }
      side.classList.remove("open");
      toggle.setAttribute("aria-expanded", "false");
    });
  }
  document.querySelectorAll("select[data-go]").forEach(function (select) {
    select.addEventListener("change", function () {
      // What is typed in the search box but not sent yet is kept.
      const wanted = new URLSearchParams(select.value);
      const typed = document.getElementById("searchbar");
      if (typed && typed.value) {
        wanted.set("q", typed.value);
      } else {
        wanted.delete("q");
      }
      window.location.search = wanted.toString();
    });
  });
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () {
        button.textContent = "Copied";
      });
    });
  });
  // A form is sent once: a second click must not send it again while the first is on its way.
  document.querySelectorAll("form[method=post]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) {
        event.preventDefault();
      }
      form.dataset.sent = "yes";
      window.setTimeout(function () {
        delete form.dataset.sent;
      }, 8000);
    });
  });
  // A product's quote follows the form as it is filled in; what it shows is the engine's own, not the browser's.
  const draft = document.querySelector("form[data-quote]");
  const shown = document.getElementById("quote");
  if (draft && shown) {
    let waiting = 0;
    let asked = 0;
    draft.addEventListener("input", function () {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(function () {
        const mine = ++asked;
        const request = {
          method: "POST",
          body: new FormData(draft),
          headers: { "X-Requested-With": "fetch" },
        };
        window
          .fetch(draft.dataset.quote, request)
          .then(function (answer) {
            return answer.ok ? answer.text() : "";
          })
          .then(function (html) {
            if (html && mine === asked) {
              shown.innerHTML = html;
            }
          });
      }, 350);
    });
  }
  const source = document.getElementById("chart-figures");
  if (!source || !window.Chart) {
    return;
  }
  const figures = JSON.parse(source.textContent);
  window.Chart.defaults.font.family = "Inter, system-ui, sans-serif";
  window.Chart.defaults.color = "#51605a";
  Object.keys(figures).forEach(function (id) {
    const canvas = document.getElementById(id);
    if (!canvas) {
      return;
    }
    const chart = figures[id];
    const axes = {
      x: { grid: { display: false } },
      y: { beginAtZero: true, ticks: { maxTicksLimit: 5 } },
    };
    new window.Chart(canvas, {
      type: chart.type,
      data: chart.data,
      options: {
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        plugins: { legend: { position: "bottom", labels: { boxWidth: 12 } } },
        scales: chart.type === "doughnut" ? {} : axes,
      },
    });
  });
})();
