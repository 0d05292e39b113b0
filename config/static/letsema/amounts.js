// Amounts of money: selected when one comes to them, so that typing takes the place of what stood there, and shown
// below as they will be booked. The server reads them by the same rule (apps/mfis/core/amounts.py) and decides.
(function () {
  "use strict";
  const forms = [
    /^(?<whole>\d+)(?:[.,](?<decimals>\d{1,2}))?$/,
    /^(?<whole>)[.,](?<decimals>\d{1,2})$/,
    /^(?<whole>[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?<decimals>\d{1,2}))?$/,
    /^(?<whole>[1-9]\d{0,2}(?:\.\d{3})+),(?<decimals>\d{1,2})$/,
    /^(?<whole>[1-9]\d{0,2}(?:\.\d{3}){2,})(?<decimals>)$/,
    /^(?<whole>[1-9]\d{0,2}(?: \d{3})+)(?:[.,](?<decimals>\d{1,2}))?$/,
  ];
  const written = /^(?:(?:M|LSL|maloti) *)?(?<number>[\d., ]*\d)(?: *(?:LSL|maloti))?$/i;

  // "4 500,5" as "4,500.50"; null for what is no amount or may be read in two ways.
  function read(text) {
    const found = written.exec(text.replace(/[\u00a0\u2009\u202f]/g, " ").trim());
    if (!found) {
      return null;
    }
    const form = forms.find(function (one) {
      return one.test(found.groups.number);
    });
    if (!form) {
      return null;
    }
    const parts = form.exec(found.groups.number).groups;
    const whole = parts.whole.replace(/[., ]/g, "").replace(/^0+(?=\d)/, "") || "0";
    const decimals = ((parts.decimals || "") + "00").slice(0, 2);
    return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + "." + decimals;
  }

  document.querySelectorAll("input[data-amount]").forEach(function (input) {
    const echo = document.createElement("output");
    echo.className = "amount-echo";
    echo.htmlFor = input.id;
    input.insertAdjacentElement("afterend", echo);
    function show() {
      const amount = read(input.value);
      echo.textContent = input.value.trim() ? (amount === null ? "Not read as an amount" : "= " + amount) : "";
    }
    input.addEventListener("focus", function () {
      input.select();
    });
    input.addEventListener("input", show);
    show();
  });
})();
