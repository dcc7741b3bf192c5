"""The part of the client that is generated from the OpenAPI document."""
