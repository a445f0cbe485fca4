// The page works without this: every button posts a form. Here choosing changes the button in place.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.choose") || !event.submitter?.hasAttribute("aria-pressed")) return;
  event.preventDefault();
  const button = event.submitter;
  const fields = new FormData(form);
  fields.append(button.name, button.value);
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    const is = button.value === "yes";
    for (const twin of twins(fields)) press(twin, is);
    count(fields.get("point"), is ? 1 : -1);
  } catch (error) {
    alert(error.message || "没有存下：连不上服务器，请稍后再试。");
  } finally {
    button.disabled = false;
    button.focus();
  }
});

// The panel has a button of its own for a passage that has one under its ask.
const twins = (fields) =>
  [...document.querySelectorAll("form.choose")]
    .filter((form) => ["passage_id", "point"].every((name) => form.elements[name].value === fields.get(name)))
    .flatMap((form) => [...form.querySelectorAll("[aria-pressed]")]);

function press(button, is) {
  button.setAttribute("aria-pressed", is);
  button.value = is ? "no" : "yes";
  button.firstChild.textContent = is ? "已选用" : "选用";
}

function count(point, change) {
  const shown = document.querySelector(`[data-count-of="${point}"]`);
  const now = (Number(shown?.textContent.replace(/\D/g, "")) || 0) + change;
  if (shown) shown.textContent = now > 0 ? `已选 ${now}` : "";
  const all = document.querySelector('[data-count-of="all"]');
  all.textContent = Number(all.textContent) + change;
}
