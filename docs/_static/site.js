// What is too wide for its place scrolls; those who use a keyboard can only scroll what they can reach.
"use strict";

function reach() {
  for (const part of document.querySelectorAll("pre, .table-wrapper, .cell_output")) {
    if (part.scrollWidth > part.clientWidth) part.setAttribute("tabindex", "0");
    else part.removeAttribute("tabindex");
  }
}

document.addEventListener("DOMContentLoaded", reach);
window.addEventListener("load", reach);
window.addEventListener("resize", reach);
