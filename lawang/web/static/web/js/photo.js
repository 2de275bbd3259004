// Photos of a telephone have 3 to 8 MB; an office needs 300 KB. Drawing them anew also drops place and camera (EXIF).

const made = new WeakSet(); // what came out of here need not go in again

const draw = (picture, longest, quality) => {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // behind what is transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
};

// Return the file as a JPEG of at most `most` bytes; as it is when it is no picture that this browser can read.
export const shrink = async (file, most = 300000) => {
  if (!file.type.startsWith("image/") || (made.has(file) && file.size <= most)) return file;
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return file;
  }
  try {
    for (const [longest, quality] of [[1600, 0.8], [1600, 0.65], [1280, 0.6], [1024, 0.6], [800, 0.55], [640, 0.5], [480, 0.4]]) {
      const blob = await draw(picture, longest, quality);
      if (!blob || (blob.size > most && longest > 480)) continue;
      return remember(new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }));
    }
    return file;
  } finally {
    picture.close();
  }
};

export const remember = (file) => {
  made.add(file);
  return file;
};
