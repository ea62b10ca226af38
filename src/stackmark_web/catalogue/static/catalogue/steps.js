// On a narrow screen the row of steps is wider than the page: show the one the reader is at.
document.querySelector(".editor-steps [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
