// The page works without this: a citation can be selected by hand. Here one press copies it.
const SAID_FOR = 2500; // milliseconds

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  const name = button.textContent;
  let timer = 0;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    button.textContent = (await copied(source)) ? "已复制" : "已选中，请按 Ctrl+C";
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = name), SAID_FOR);
  });
}

// Browsers keep the clipboard from pages on plain http, which most intranets are: there the old command copies what is
// selected. Where that is refused too, the text stays selected.
async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
}
