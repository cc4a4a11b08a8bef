"""What telephony does: `systems` keeps exchanges, `taking` takes what they tell, `screens` shows who rings, `waiting` counts."""
