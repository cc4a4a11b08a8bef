// A button beside every line to type. Without a clipboard the line can still be selected by hand.
const { copy, copied } = document.body.dataset;

for (const line of navigator.clipboard ? document.querySelectorAll("pre") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "said";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(line.textContent.trim());
    said.textContent = copied;
    setTimeout(() => { said.textContent = ""; }, 3000);
  });
  line.after(button, said);
}
