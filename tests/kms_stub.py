"""A stub of Cloud KMS over a real socket: it has one key of P-256 and signs with it."""

import concurrent.futures
from collections.abc import Callable
from typing import Any, Self

import google_crc32c
import grpc
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from google.cloud import kms_v1
from google.cloud.kms_v1.services.key_management_service.transports import KeyManagementServiceGrpcTransport

from sutradhar.marks.certificates import make_key

KEY_VERSION = "projects/p/locations/europe-west1/keyRings/marks/cryptoKeys/sign/cryptoKeyVersions/1"
_SERVICE = "google.cloud.kms.v1.KeyManagementService"


class KmsStub:
    """``refusal``: the status with which every call is refused. ``damages``: signatures do not fit their checksums."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | None = None) -> None:
        self.key = key or make_key()
        self.refusal: grpc.StatusCode | None = None
        self.damages = False
        self.signed: list[bytes] = []
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
        handlers = {
            "GetPublicKey": self._handle(kms_v1.GetPublicKeyRequest, kms_v1.PublicKey, self._get_public_key),
            "AsymmetricSign": self._handle(kms_v1.AsymmetricSignRequest, kms_v1.AsymmetricSignResponse, self._sign),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
        self._port = self._server.add_insecure_port("127.0.0.1:0")

    def __enter__(self) -> Self:
        self._server.start()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self._port}")
        return self

    def __exit__(self, *_exc: object) -> None:
        self._channel.close()
        self._server.stop(None).wait()

    def make_client(self) -> Any:
        return kms_v1.KeyManagementServiceClient(transport=KeyManagementServiceGrpcTransport(channel=self._channel))

    def _handle(self, request: Any, response: Any, answer: Callable[[Any], Any]) -> Any:
        def serve(asked: Any, context: Any) -> Any:
            if self.refusal:
                context.abort(self.refusal, "refused by the stub")
            if asked.name != KEY_VERSION:
                context.abort(grpc.StatusCode.NOT_FOUND, f"{asked.name} not found")
            return answer(asked)

        return grpc.unary_unary_rpc_method_handler(
            serve, request_deserializer=request.deserialize, response_serializer=response.serialize
        )

    def _get_public_key(self, _asked: Any) -> Any:
        pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return kms_v1.PublicKey(name=KEY_VERSION, pem=pem.decode())

    def _sign(self, asked: Any) -> Any:
        digest = asked.digest.sha256
        self.signed.append(digest)
        signature = self.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return kms_v1.AsymmetricSignResponse(
            name=KEY_VERSION,
            signature=signature,
            signature_crc32c=google_crc32c.value(signature) + self.damages,
            verified_digest_crc32c=google_crc32c.value(digest) == asked.digest_crc32c,
        )
