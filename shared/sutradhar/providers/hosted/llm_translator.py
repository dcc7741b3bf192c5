"""Translate the texts of a video with the language model of a planner."""

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.plan.translation import TranslationRequest
from sutradhar.ports.translation import TranslationResult
from sutradhar.providers.hosted.api_errors import make_bad_response
from sutradhar.providers.hosted.llm_planner import ModelPlanner
from sutradhar.providers.hosted.translation import Translation, build_prompt, find_fault, read_answer

_TOKENS_PER_CHARACTER = 0.6
"""The expected tokens of an answer for each character of its original. English has a token for about 4 characters;
scripts other than the Latin one have one for 1 to 2."""


class ModelTranslator:
    """A TranslationProvider, which asks the model of ``planner``."""

    def __init__(self, planner: ModelPlanner) -> None:
        self._planner = planner

    @property
    def provider_id(self) -> ProviderId:
        return self._planner.provider_id

    def usage(self, request: TranslationRequest) -> Usage:
        """Return the tokens of the first request."""
        prompt = build_prompt(request)
        return self._planner.estimate_usage(
            prompt.instructions, prompt.text, max(50.0, _TOKENS_PER_CHARACTER * prompt.source_chars)
        )

    def translate(self, request: TranslationRequest) -> TranslationResult:
        """Return the translated texts.

        If the answer does not fit, the model is asked once more with the answer and its fault.

        Raises:
            ProviderError: the model did not answer, or the second answer does not fit either.
        """
        prompt = build_prompt(request)
        request_ids: list[str] = []

        def ask(text: str) -> Translation:
            usage = self._planner.estimate_usage(
                prompt.instructions, text, max(50.0, _TOKENS_PER_CHARACTER * prompt.source_chars)
            )
            answer, request_id = self._planner.ask_model(prompt.instructions, text, Translation, usage)
            request_ids.append(request_id)
            return Translation.model_validate(answer)

        answer = ask(prompt.text)
        if fault := find_fault(request, prompt, answer):
            answer = ask(
                f"{prompt.text}\n\nYour answer was this:\n{answer.model_dump_json()}\n\nWrite it again: {fault}"
            )
            if remaining_fault := find_fault(request, prompt, answer):
                raise make_bad_response(self.provider_id.provider, remaining_fault)
        provenance = Provenance(model=self.provider_id.model, request_id=" ".join(request_ids))
        return TranslationResult(read_answer(request, prompt, answer), str(self.provider_id), provenance=provenance)
