"""What a buyer or the merchant reads. Pure: an event's data goes in, a subject and a plain text come out."""

# A message names so many lines and then says how many more there are: nobody reads a thousand.
MAX_LINES_SHOWN = 100

# English names of money, and digits behind the point where they are not two: CLDR and ISO 4217.
SYMBOLS = {
    "AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪", "INR": "₹",
    "JPY": "JP¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "PHP": "₱", "TWD": "NT$", "USD": "US$", "VND": "₫",
    "XAF": "FCFA\u00a0", "XCD": "EC$", "XOF": "F\u202fCFA\u00a0", "XPF": "CFPF\u00a0",
}  # fmt: skip
NO_DIGITS = "BIF CLP DJF GNF IQD ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
THREE_DIGITS = "BHD JOD KWD LYD OMR TND".split()


def money_text(money):
    """`£12.50`, `JP¥1,250`: with as many digits as the currency has, and without losing a unit."""
    amount, currency = money["amount"], money["currency"]
    digits = 0 if currency in NO_DIGITS else 3 if currency in THREE_DIGITS else 2
    whole, rest = divmod(amount, 10**digits)
    number = f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")
    return SYMBOLS.get(currency, f"{currency}\u00a0") + number


def order_confirmation(order):
    lines = [f"{line['quantity']} × {line['title']}: {money_text(line['total'])}" for line in order["lines"]]
    address = order["shippingAddress"]
    parts = ("name", "line1", "line2", "city", "postalCode", "country")
    return {
        "subject": f"Your order {order['number']} is confirmed",
        "body": paragraphs(
            [f"Thank you for your order {order['number']}."],
            shorten(lines),
            total_texts(order["totals"]),
            ["It goes to:", *(address[part] for part in parts if address.get(part))] if address else [],
        ),
    }


def order_cancellation(number, refunded):
    """The reason stays inside: staff write it for each other."""
    return {
        "subject": f"Your order {number} is cancelled",
        "body": paragraphs([f"Your order {number} has been cancelled."], given_back(refunded)),
    }


def refund_notice(number, amount):
    return {
        "subject": f"A refund for your order {number}",
        "body": paragraphs([f"There is a refund for your order {number}."], given_back(amount)),
    }


def dispatch_notice(parcel):
    number, carrier, tracking = parcel["orderNumber"], parcel["carrier"], parcel["trackingNumber"]
    return {
        "subject": f"Your order {number} is on its way",
        "body": paragraphs(
            [f"A parcel of your order {number} has left."],
            shorten([f"{line['quantity']} × {line['title']}" for line in parcel["lines"]]),
            ([f"Carrier: {carrier}"] if carrier is not None else [])
            + ([f"Tracking number: {tracking}"] if tracking is not None else []),
        ),
    }


def low_stock_notice(stock):
    sku, available = stock["sku"], stock["available"]
    left = "There is 1 piece" if available == 1 else f"There are {available} pieces"
    return {
        "subject": f"{sku} runs low",
        "body": f"{left} of {sku} left to sell. You asked to be told at {stock['threshold']}.\n",
    }


def total_texts(totals):
    text = {name: money_text(money) for name, money in totals.items()}
    has = {name for name, money in totals.items() if money["amount"] != 0}
    return [
        f"Items: {text['items']}",
        *([f"Discount: −{text['discount']}"] if "discount" in has else []),
        *([f"Delivery: {text['delivery']}"] if "delivery" in has else []),
        *([f"Tax: {text['tax']}"] if "tax" in has else []),
        f"Total: {text['total']}",
    ]


def given_back(money):
    return [f"We are giving you back {money_text(money)}."] if money["amount"] else []


def shorten(lines):
    hidden = len(lines) - MAX_LINES_SHOWN
    return lines if hidden <= 0 else [*lines[:MAX_LINES_SHOWN], f"… and {hidden} more"]


def paragraphs(*blocks):
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"
