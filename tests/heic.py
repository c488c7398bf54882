"""HEIC files for tests: the program reads them by pi-heif, which cannot write."""

import pi_heif


def learn_to_write_heic() -> None:
    """Teach Pillow to save HEIC by pillow-heif, and to read it by pi-heif still."""
    import pillow_heif  # holds the encoder x265, whose GPL keeps it out of the program

    pillow_heif.register_heif_opener()
    pi_heif.register_heif_opener()
