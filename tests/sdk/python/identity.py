"""What an identity provider publishes: the keys of an OIDC provider, and the metadata of a SAML provider. The private
key of both was thrown away.
"""

import base64
import json

MODULUS = (
    "oJwarzi1VivYHtiLszqdzKzGEHD_SvDqOzu3gro7rC0GcQYKMVkpDlj3jBq8Zs-"
    "LZKNok5ddhUcghE_21uHzYAWAbzxlR0qEh37-uwkgIXTUQfho8MnTz3cFRc_m4MGMunJKVz-aftXhfhx22BWE3bJP_gKkw1LxyIp"
    "tEt10ByuYhdmDfd5qNrQXLFXfZ24Nf2QKAu_IEli9wlNtzeoJ4s1d-SHbx9iP8-N-"
    "uxLFysyBjtRIOLga9654K3qQy1P1ItwflfVIiqKqowZMj0dW25sN5LKyZzRvQM6o7BFE1SHdJpYL5QAr1x0GoWrLvYuwiI1DCuRk"
    "OivtHAzBgvMCVQ"
)
CERTIFICATE = (
    "MIIDGzCCAgOgAwIBAgIUbguFe3AZxD5ywzzOTZkZy/PwftswDQYJKoZIhvcNAQELBQAwHDEaMBgGA1UEAwwRbG9naW4uZXhhbXBs"
    "ZS5jb20wIBcNMjYxMTMwMTcxNzQxWhgPMjEyNjExMDYxNzE3NDFaMBwxGjAYBgNVBAMMEWxvZ2luLmV4YW1wbGUuY29tMIIBIjAN"
    "BgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoJwarzi1VivYHtiLszqdzKzGEHD/SvDqOzu3gro7rC0GcQYKMVkpDlj3jBq8Zs+L"
    "ZKNok5ddhUcghE/21uHzYAWAbzxlR0qEh37+uwkgIXTUQfho8MnTz3cFRc/m4MGMunJKVz+aftXhfhx22BWE3bJP/gKkw1LxyIpt"
    "Et10ByuYhdmDfd5qNrQXLFXfZ24Nf2QKAu/IEli9wlNtzeoJ4s1d+SHbx9iP8+N+uxLFysyBjtRIOLga9654K3qQy1P1ItwflfVI"
    "iqKqowZMj0dW25sN5LKyZzRvQM6o7BFE1SHdJpYL5QAr1x0GoWrLvYuwiI1DCuRkOivtHAzBgvMCVQIDAQABo1MwUTAdBgNVHQ4E"
    "FgQUq866rfPauZL3E5BYdCYuOs5ClOswHwYDVR0jBBgwFoAUq866rfPauZL3E5BYdCYuOs5ClOswDwYDVR0TAQH/BAUwAwEB/zAN"
    "BgkqhkiG9w0BAQsFAAOCAQEAKeEXbGyKCUCyXWNnD0I+t4YIxSvAxewPkciQjzNZDyW/Ri9R1EsxH0/jhL7y6KyfOxps9/xoqn7H"
    "+FqX27wdg4eGw6FUBr+1xxpUP9gtLBYHqdbhQ5dw2hSgFiA4hvTWplDhH6FrLpqsmuXDnukm1Iv2oQZiM/J4cd4YTydIo9Yx3yLO"
    "c0fIZ4+rmPbcZG/6F7PAEBeSregQZA6xL46wW7icOJ8CKh7XKB/1owF3V4zkFTNzbOghzMC7WupuAKA/G+fP0S11luvkNvBhiy7Y"
    "4L8xZlqI3HWCzTzNwnkgS9TlgSdvnOzK7mG2azieKMZVuUXxq18OfaCDjPETkW/5sg=="
)

JWKS = json.dumps({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one", "e": "AQAB", "n": MODULUS}]})
METADATA = f"""<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://login.example.com">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>{CERTIFICATE}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
      Location="https://login.example.com/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
"""


def as_sent(text):
    """Both are sent as base64."""
    return base64.b64encode(text.encode()).decode()
