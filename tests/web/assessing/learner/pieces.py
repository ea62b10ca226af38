"""Files people upload, good and bad, made here from their parts."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import Image


def png(colour="navy", size=(60, 40), **info):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG", **info)
    return out.getvalue()


def jpeg_with_place():
    """A photo that says where it was taken and by whom."""
    image = Image.new("RGB", (80, 60), "olive")
    exif = image.getexif()
    exif[0x013B] = "Lena Holder"
    exif[0x8825] = {1: "N", 2: (53.0, 20.0, 0.0)}
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def pdf(inside=b"", tail=b""):
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R "
        + inside
        + b" >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
        + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
        + tail
    )


def pdf_with_packed(objects, spelled=b"/ObjStm"):
    """A PDF whose objects lie in a packed stream."""
    packed = zlib.compress(objects)
    stream = b"3 0 obj\n<< /Type %s /N 1 /First 4 /Length %d /Filter /FlateDecode >>\nstream\n" % (
        spelled,
        len(packed),
    )
    return pdf().replace(b"trailer", stream + packed + b"\nendstream\nendobj\ntrailer")


def archive(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


DOCX_TYPES = (
    b'<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def docx(**more):
    files = {"[Content_Types].xml": DOCX_TYPES, "word/document.xml": b"<w:document/>"}
    return archive(files | {name.replace("__", "/"): data for name, data in more.items()})


def bomb(size=300 * 1024 * 1024):
    """A small archive that unpacks to a large file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made, made.open("big", "w") as part:
        piece = b"\0" * (1 << 20)
        for _ in range(size >> 20):
            part.write(piece)
    return out.getvalue()


def locked_archive():
    """An archive whose entries say that they are encrypted."""
    data = bytearray(archive({"secret.txt": b"hello"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark)
        data[at + offset] |= 1
    return bytes(data)
