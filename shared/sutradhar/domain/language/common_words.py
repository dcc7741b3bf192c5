"""List frequent short words of the languages in Latin letters, by which a text is known to be in one of them."""

from collections.abc import Mapping

from sutradhar.domain.language.tags import Language

COMMON_WORDS: Mapping[Language, str] = {
    "en": (
        "the and of to in is that was his her with for they from he she it you are not on as at be this have "
        "or by an but what all were when we there can which do how if one my no so a i will would said has "
        "their who more about into could your like just some then them these see"
    ),
    "es": (
        "el los las que en un una por con para su es del al como más pero sus este esta cuando muy también "
        "hasta donde está"
    ),
    "fr": (
        "le les des et un une du que qui dans pour sur est pas avec il elle au ce sont mais nous vous cette "
        "ses leur aux"
    ),
    "de": ("der die das und ist ein eine nicht mit den dem von zu sich auf er sie im ich wir aber auch einen wie wird"),
    "pt": "os que um uma não em na para com por ao seu sua dos das mais mas também quando muito ele ela são foi",
    "it": ("il gli di che un una per con non del della è si nel sono alla dei delle più anche questo quando molto ma"),
    "id": (
        "yang dan di itu ini dengan untuk tidak dari dalam pada ke adalah akan juga mereka kami saya bisa sudah ada"
    ),
}
