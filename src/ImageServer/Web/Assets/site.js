// Enhancements only: every page works without them.
for (const command of document.querySelectorAll("pre.command")) {
  if (!navigator.clipboard)
    break;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.className = "copy";
  const frame = document.createElement("div");
  frame.className = "copyable";
  command.replaceWith(frame);
  frame.append(command, button);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
