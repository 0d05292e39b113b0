import { afterEach, describe, expect, it, vi } from "vitest";
import { smaller } from "../loan/photo";

const photo = () => new File([new Uint8Array(5_000_000)], "id.png", { type: "image/png" });

function camera(width: number, height: number, bytes: number) {
  vi.stubGlobal("createImageBitmap", () => Promise.resolve({ width, height, close: () => undefined }));
  const pen = { fillRect: vi.fn(), drawImage: vi.fn() };
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(pen as never);
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) => done(new Blob([new Uint8Array(bytes)])));
  return pen;
}

describe("a photograph", () => {
  afterEach(() => vi.restoreAllMocks());

  it("is made a JPEG of at most 1,600 pixels a side", async () => {
    const pen = camera(4000, 3000, 300_000);
    const sent = await smaller(photo());
    expect([sent.name, sent.type, sent.size]).toEqual(["id.jpg", "image/jpeg", 300_000]);
    expect(pen.drawImage.mock.calls[0]?.slice(1)).toEqual([0, 0, 1600, 1200]);
  });

  it("stays as it is where that is smaller, where it cannot be read, and where it is a PDF", async () => {
    camera(800, 600, 6_000_000);
    const file = photo();
    expect(await smaller(file)).toBe(file);
    vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("no picture")));
    expect(await smaller(file)).toBe(file);
    const paper = new File(["%PDF"], "a.pdf", { type: "application/pdf" });
    expect(await smaller(paper)).toBe(paper);
  });
});
