"""What somebody types to sign in."""

import re
from typing import Final

LOGIN: Final = re.compile(r"[a-z0-9._@+-]{2,100}")
