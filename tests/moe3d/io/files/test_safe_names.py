"""Names that survive every program."""

from moe3d.io.files.safe_names import safe_names


def test_names_become_plain_ascii_and_stay_apart():
    names = ["a b.JPG", "a_b.jpg", "größe.png", "🏠.jpg", "../../etc/passwd", "C:\\x\\y.png", ""]
    assert safe_names(names) == [
        "a_b.jpg",
        "a_b_2.jpg",
        "groe.png",
        "photo_0004.jpg",
        "passwd",
        "y.png",
        "photo_0007",
    ]


def test_an_extension_replaces_the_names_own():
    assert safe_names(["x.tar.gz", "x.tar.jpg", "X.TAR"], ".png") == [
        "x_tar.png",
        "x_tar_2.png",
        "X.png",
    ]
