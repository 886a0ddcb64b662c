"""Thumbnails as pictures."""

from io import BytesIO

from PIL import Image

from photo_clip.gui.pictures import picture_from


def test_a_jpeg_is_read_and_nothing_else_is_tried() -> None:
    jpeg, png = BytesIO(), BytesIO()
    Image.new("RGB", (30, 20), "red").save(jpeg, "JPEG")
    Image.new("RGB", (30, 20), "red").save(png, "PNG")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'

    picture = picture_from(jpeg.getvalue())
    assert (picture.width(), picture.height()) == (30, 20)
    assert picture.pixelColor(5, 5).red() > 240
    for other in (b"", svg, png.getvalue()):
        assert picture_from(other).isNull()
