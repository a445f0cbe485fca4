// A verdict without leaving the page. Without this the form is sent and the server leads back.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.verdict")) return;
  event.preventDefault();
  const said = form.querySelector(".said");
  const verdict = new URLSearchParams(new FormData(form));
  verdict.set(event.submitter.name, event.submitter.value);
  const fault = await send(form.action, verdict);
  form.classList.toggle("answered", !fault);
  said.classList.toggle("failed", Boolean(fault));
  said.textContent = fault || "已记下，谢谢";
  if (fault) return;
  said.tabIndex = -1; // the button that was pressed is gone
  said.focus();
});

// The sentence that says why it was not kept; empty where it was.
async function send(address, verdict) {
  try {
    const answer = await fetch(address, { method: "POST", body: verdict, headers: { Accept: "application/json" } });
    return answer.ok ? "" : (await answer.json()).detail;
  } catch {
    return "没有记下：连不上服务器，请稍后再试。";
  }
}
