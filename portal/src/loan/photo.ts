// A photograph of a modern phone has 5 MB and more; a paper is read as well at a tenth of that.

const LONGEST = 1600; // pixels
const QUALITY = 0.8;

/** The same picture as a JPEG of at most 1,600 pixels a side, where that is smaller; anything else as it is. */
export async function smaller(file: File): Promise<File> {
  if (!file.type.startsWith("image/")) return file;
  try {
    const drawn = await draw(file);
    if (!drawn || drawn.size >= file.size) return file;
    return new File([drawn], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file; // what the browser cannot read is for the server to judge
  }
}

async function draw(file: File): Promise<Blob | null> {
  const picture = await createImageBitmap(file); // turned as the phone was held
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.fillStyle = "#fff"; // what is transparent in a PNG would be black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}
