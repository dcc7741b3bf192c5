"""Write scripts with OpenAI's language models (Responses API, with a strict schema)."""

from typing import Any

from pydantic import BaseModel

from sutradhar.domain.billing.usage import Usage
from sutradhar.providers.hosted import llm_planner
from sutradhar.providers.hosted.api_errors import make_bad_response, make_refusal
from sutradhar.providers.hosted.openai.client import PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.retries import call_with_retries


class OpenAIPlanner(llm_planner.ModelPlanner):
    provider = PROVIDER

    def ask_model(self, instructions: str, text: str, schema: type[BaseModel] | None, usage: Usage) -> tuple[Any, str]:
        parameters: dict[str, Any] = {
            "model": self._model,
            "instructions": instructions,
            "input": text,
            "max_output_tokens": llm_planner.MAX_OUTPUT_TOKENS,
            "store": False,
        }
        with self._gate.call(usage) as call, open_client(self._account) as openai:

            def send() -> Any:
                with convert_errors():
                    if schema is None:
                        return openai.responses.create(**parameters)
                    return openai.responses.parse(**parameters, text_format=schema)

            answer = call_with_retries(send)
            if reported := getattr(answer, "usage", None):
                units = {"input_tokens": reported.input_tokens, "output_tokens": reported.output_tokens}
                call.settle(units, answer.id)
            with convert_errors():
                content = answer.output_text.strip() if schema is None else answer.output_parsed
                refusals = [
                    part.refusal
                    for item in answer.output
                    for part in getattr(item, "content", None) or ()
                    if part.type == "refusal"
                ]
        if refusals:
            raise make_refusal(PROVIDER, refusals[0])
        if not content:
            raise make_bad_response(PROVIDER, f"there is no script in it (status {answer.status})")
        return content, answer.id
