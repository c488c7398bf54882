import pytest
import torch

from moe3d.model.layers.attention import Attention, chunked_attention
from moe3d.model.layers.rope import build_rotary_table, rotate


def slow_attention(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """One query at a time, softmax written out."""
    result = torch.zeros_like(value)
    for group, head, row in torch.cartesian_prod(*(torch.arange(n) for n in query.shape[:3])):
        scores = (key[group, head] * query[group, head, row]).sum(-1) / query.shape[-1] ** 0.5
        odds = torch.exp(scores - scores.max())
        result[group, head, row] = (odds[:, None] * value[group, head]).sum(0) / odds.sum()
    return result


def test_attention_is_softmax_of_scaled_products():
    torch.manual_seed(0)
    attention = Attention(12, 3).double()
    tokens = torch.randn(2, 5, 12, dtype=torch.float64)
    qkv = tokens @ attention.qkv.weight.T + attention.qkv.bias
    # The fused layer's rows: all queries, then keys, then values, each head by head.
    query, key, value = (
        qkv[..., part * 12 : part * 12 + 12].reshape(2, 5, 3, 4).transpose(1, 2)
        for part in range(3)
    )
    mixed = slow_attention(query, key, value).transpose(1, 2).reshape(2, 5, 12)
    expected = mixed @ attention.proj.weight.T + attention.proj.bias
    torch.testing.assert_close(attention(tokens), expected)


def test_query_key_norm_comes_before_the_rotation():
    torch.manual_seed(0)
    attention = Attention(8, 1, qk_norm=True).double()
    torch.nn.init.normal_(attention.q_norm.weight)
    torch.nn.init.normal_(attention.k_norm.bias)
    tokens = torch.randn(1, 6, 8, dtype=torch.float64)
    table = build_rotary_table((2, 2), 2, 8, 100.0, torch.device("cpu"))
    qkv = (tokens @ attention.qkv.weight.T + attention.qkv.bias).reshape(1, 6, 3, 1, 8)

    def normed(x: torch.Tensor, norm: torch.nn.LayerNorm) -> torch.Tensor:
        centred = x - x.mean(-1, keepdim=True)
        spread = (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return centred / spread * norm.weight + norm.bias

    query = rotate(normed(qkv[:, :, 0], attention.q_norm).transpose(1, 2), table)
    key = rotate(normed(qkv[:, :, 1], attention.k_norm).transpose(1, 2), table)
    mixed = slow_attention(query, key, qkv[:, :, 2].transpose(1, 2)).reshape(1, 6, 8)
    expected = mixed @ attention.proj.weight.T + attention.proj.bias
    torch.testing.assert_close(attention(tokens, table), expected)


@pytest.mark.parametrize("tokens", [7, 300])
def test_chunked_attention_is_the_same_attention(tokens: int):
    generator = torch.Generator().manual_seed(0)
    query, key, value = torch.randn(3, 2, 6, tokens, 4, generator=generator).unbind(0)
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    torch.testing.assert_close(chunked_attention(query, key, value), expected)


def test_bfloat16_layers_stay_near_float32():
    torch.manual_seed(0)
    attention = Attention(32, 2)
    tokens = torch.randn(1, 40, 32)
    with torch.inference_mode():
        expected = attention(tokens)
        actual = attention.to(torch.bfloat16)(tokens)
    assert actual.dtype == torch.bfloat16
    assert (actual.float() - expected).abs().max() < 0.02
