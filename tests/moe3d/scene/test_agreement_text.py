"""The numbers of photos that agree, as people and programs read them."""

from dataclasses import replace

import numpy as np

from moe3d.scene.agreement_text import (
    agreement_json,
    agreement_lines,
    agreement_table,
    full_agreement_json,
    photo_json,
    photo_marks,
    photo_sentences,
    photo_texts,
    summary_text,
    support_text,
)
from moe3d.scene.multiview import NETWORK, Agreement
from tests.scenes import four_photos_agreement

NAMES = ("a.jpg", "b.jpg", "c.jpg", "d.jpg")
ALONE = Agreement((NETWORK,), np.array([0]), np.array([np.nan]), np.zeros(1), np.array([np.nan]))


def test_the_scene_is_one_line():
    assert summary_text(four_photos_agreement()) == (
        "3 of 4 photos placed, 5,312 matches, residual 0.6 px, 71 % confirmed, "
        "photos differ by 1.4 %"
    )


def test_what_was_not_measured_is_not_named():
    assert summary_text(ALONE) == "0 of 1 photo placed, 0 matches"
    cameras_only = replace(four_photos_agreement(), scene_disagreement=np.nan)
    assert summary_text(cameras_only) == "3 of 4 photos placed, 5,312 matches, residual 0.6 px"


def test_every_photo_has_its_numbers():
    agreement = four_photos_agreement()
    assert photo_texts(agreement, 1) == ("bundle adjustment", "2,512", "0.6 px", "75 %", "1.2 %")
    assert photo_texts(agreement, 3) == ("network's own", "0", "-", "8 %", "12.3 %")
    assert photo_sentences(agreement, 2) == (
        "Camera: matching and PnP; 800 matches, residual 0.9 px",
        "70 % of its depth confirmed, differs by 1.6 %",
    )


def test_a_photo_is_marked_for_its_camera_and_for_its_depth():
    agreement = four_photos_agreement()
    assert photo_marks(agreement, 3) == ("camera not placed", "differs by 12.3 %")
    assert [photo_marks(agreement, index) for index in range(3)] == [(), (), ()]
    assert photo_sentences(agreement, 3)[2:] == (
        "It kept the network's own camera: nothing better was found",
        "Its depth disagrees with the other photos",
    )


def test_the_terminal_hears_of_marked_photos_and_of_what_was_not_possible():
    agreement = four_photos_agreement()
    assert agreement_lines(agreement, NAMES) == [
        summary_text(agreement),
        "d.jpg: camera not placed, differs by 12.3 %",
        agreement.sentence,
    ]
    assert agreement_lines(None, NAMES) == agreement_table(None, NAMES) == []
    table = agreement_table(agreement, NAMES)
    assert table[0] == "Photo  Camera             Matches  Residual  Confirmed  Differs"
    assert table[4] == "d.jpg  network's own            0         -        8 %   12.3 %"


def test_json_has_numbers_and_null_where_nothing_is_known():
    agreement = four_photos_agreement()
    assert agreement_json(agreement) == {
        "photos_placed": 3,
        "photos": 4,
        "matches": 5312,
        "residual_px": 0.6,
        "confirmed_share": 0.714,
        "disagreement": 0.014,
        "depth_refined": True,
        "sentence": agreement.sentence,
    }
    assert photo_json(agreement, 3) == {
        "camera_source": "camera head",
        "matches": 0,
        "residual_px": None,
        "confirmed_share": 0.08,
        "disagreement": 0.123,
        "disagrees": True,
    }
    assert agreement_json(None) is None
    full = full_agreement_json(agreement, NAMES)
    assert full is not None
    assert [photo["name"] for photo in full["by_photo"]] == list(NAMES)


def test_support_is_told_in_photos():
    assert [support_text(count) for count in (0, 1, 2)] == [
        "confirmed by no other photo",
        "confirmed by 1 photo",
        "confirmed by 2 photos",
    ]
