// Read a QR code with the camera or from a photo, put what it says into the form, and send it.
// The browser's own reader where it has one, else the one we carry; nothing is sent anywhere else.
const root = document.querySelector("[data-scan]");
const dialog = document.querySelector("[data-scan-dialog]");
const form = document.getElementById("check-form");
const LARGEST = 1600; // pixels of a photo's longer side while it is searched
let reading = false;

async function reader() {
  if ("BarcodeDetector" in window) {
    const kinds = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    if (kinds.includes("qr_code")) {
      const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      return async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? "";
    }
  }
  await import(root.dataset.decoder);
  return async (canvas) => {
    const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(image.data, image.width, image.height)?.data ?? "";
  };
}

function draw(source, width, height) {
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function say(words) {
  root.querySelector("[data-scan-said]").textContent = words;
}

function take(value) {
  say(root.dataset.found);
  const link = /^https?:\/\/\S+$/i.test(value);
  form.elements.files.value = ""; // the photo itself is not what is to be checked
  form.elements[link ? "link" : "text"].value = value;
  form.requestSubmit();
}

// A photo dropped among the files carries no credential, but it may show a code.
function photoAmong(files) {
  return files.length === 1 && /^image\/(jpeg|webp|heic|avif)$/.test(files[0].type) ? files[0] : null;
}

async function fromPhoto(file) {
  let value = "";
  try {
    const picture = await createImageBitmap(file);
    value = await (await reader())(draw(picture, picture.width, picture.height));
  } catch {
    // Not a picture this browser can open.
  }
  if (value) take(value);
  else say(root.dataset.none);
}

function stop() {
  reading = false;
  const video = dialog.querySelector("video");
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  if (dialog.open) dialog.close();
}

async function fromCamera() {
  const video = dialog.querySelector("video");
  try {
    const [stream, read] = await Promise.all([
      navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }),
      reader(),
    ]);
    video.srcObject = stream;
    dialog.showModal();
    await video.play();
    reading = true;
    const look = async () => {
      if (!reading) return;
      const value = video.videoWidth ? await read(draw(video, video.videoWidth, video.videoHeight)) : "";
      if (!reading) return;
      if (value) {
        stop();
        take(value);
      } else setTimeout(look, 120);
    };
    look();
  } catch {
    stop();
    say(root.dataset.denied);
  }
}

if (root && form) {
  root.hidden = false;
  const camera = root.querySelector("[data-scan-camera]");
  camera.hidden = !navigator.mediaDevices?.getUserMedia;
  camera.addEventListener("click", fromCamera);
  dialog.querySelector("[data-scan-stop]").addEventListener("click", stop);
  dialog.addEventListener("close", stop);
  form.elements.files.addEventListener("change", (event) => {
    const photo = photoAmong(event.target.files);
    if (photo) fromPhoto(photo);
  });
  root.querySelector("[data-scan-photo]").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) fromPhoto(file);
    event.target.value = "";
  });
}
