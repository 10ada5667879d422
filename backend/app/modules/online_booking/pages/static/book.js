// Enhancements of the booking page. Every page is complete without this file.

/** Show the sum of what is ticked, and keep one length of each service. */
function sumUp(form) {
  const sum = form.querySelector(".sum");
  const draw = () => {
    let minutes = 0;
    let price = 0;
    for (const box of form.querySelectorAll(".service :checked")) {
      if (box.closest(".service").querySelector(".lengths :checked")) {
        minutes += Number(box.dataset.m);
        price += Number(box.dataset.p);
      }
    }
    const money = `${String(price).replace(/\B(?=(\d{3})+$)/g, ".")}đ`;
    sum.textContent = minutes ? `${form.dataset.sum.replace("{n}", minutes)} · ${money}` : "";
  };
  form.addEventListener("change", (event) => {
    if (event.target.checked && event.target.closest(".lengths")) {
      for (const other of event.target.closest(".lengths").querySelectorAll(":checked")) {
        other.checked = other === event.target;
      }
    }
    draw();
  });
  draw();
}

/** Count down the time that is held. The clock of the device may be wrong, so only the time that passes counts. */
function countDown(hold) {
  const left = hold.querySelector(".left");
  const end = Date.now() + Number(hold.dataset.seconds) * 1000;
  const draw = () => {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    left.textContent = hold.dataset.left.replace("{time}", time);
    if (seconds > 0) return;
    clearInterval(timer);
    hold.hidden = true;
    document.querySelector(".over").textContent = hold.dataset.over;
  };
  const timer = setInterval(draw, 1000);
  draw();
}

/** Keep what is typed in this tab until the form is sent for good: reload, Back and Forward lose nothing. */
function keepTyped(form) {
  const key = "zenspa-typed";
  const fields = [...form.querySelectorAll("input:not([type=hidden]):not([name=website]), textarea")];
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    for (const field of fields) field.value ||= kept[field.name] ?? "";
    form.addEventListener("input", () => {
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((f) => [f.name, f.value]))));
    });
  } catch {
    // a browser without storage keeps nothing
  }
}

/** Send a form once, also when the button is tapped twice. The server would make one visit of it, too. */
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
}

/** Show at once that a deposit has arrived, or that its time is over: what is missing is then no longer on the page. */
function awaitDeposit(part) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname);
      // No text becomes HTML on this page (Trusted Types).
      if (!(await answer.text()).includes(`data-due="${part.dataset.due}"`)) location.reload();
    } catch {
      // no network: the next try may have one
    }
  }, 5000);
}

/** Name the time zone of the branch where the device has another one. */
function nameZone(note) {
  const now = new Date();
  const read = (timeZone) => now.toLocaleString("en", { timeZone, dateStyle: "short", timeStyle: "short" });
  note.hidden = read(note.dataset.zone) === read(undefined);
}

addEventListener("pageshow", (event) => {
  for (const form of document.querySelectorAll("form")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  if (event.persisted && document.querySelector(".times, .hold")) location.reload(); // the times are those of an hour ago
});

for (const form of document.querySelectorAll(".menu")) sumUp(form);
for (const hold of document.querySelectorAll(".hold")) countDown(hold);
for (const form of document.querySelectorAll("form.details")) keepTyped(form);
for (const form of document.querySelectorAll("form[method=post]")) sendOnce(form);
for (const part of document.querySelectorAll(".transfer")) awaitDeposit(part);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
// A browser loads its time zones first, which takes a cheap phone a tenth of a second.
addEventListener("load", () => setTimeout(() => document.querySelectorAll(".zone").forEach(nameZone), 500));
if (document.querySelector(".status")) sessionStorage.removeItem("zenspa-typed");
