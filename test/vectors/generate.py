#!/usr/bin/env python3
"""Writes the vectors of this folder from the words of docs/PROTOCOL.md. It shares no code with the engine on purpose.

    python3 generate.py           says which files differ from what it would write, exit 1 if any
    python3 generate.py --write   writes them
"""

import base64
import hashlib
import hmac
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


# --- Canonical JSON (RFC 8785), for the values that occur here ---------------------------------------------------------

def number(value):
    """As ECMAScript writes a double (ECMA-262, Number::toString)."""
    if isinstance(value, int):
        return str(value)
    if value == 0:
        return '0'
    sign = '-' if value < 0 else ''
    mantissa, _, exponent = repr(abs(value)).partition('e')
    whole, _, fraction = mantissa.partition('.')
    if fraction == '0':
        fraction = ''
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip('0')
    point -= len(whole + fraction) - len((whole + fraction).lstrip('0'))
    digits = digits.rstrip('0')
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + '0' * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + '.' + digits[point:]
    if -6 < point <= 0:
        return sign + '0.' + '0' * -point + digits
    power = point - 1
    tail = ('.' + digits[1:]) if count > 1 else ''
    return f"{sign}{digits[0]}{tail}e{'+' if power > 0 else '-'}{abs(power)}"


def string(text):
    short = {8: 'b', 9: 't', 10: 'n', 12: 'f', 13: 'r', 34: '"', 92: '\\'}
    out = '"'
    for char in text:
        code = ord(char)
        if code in short:
            out += '\\' + short[code]
        elif code < 32:
            out += '\\u%04x' % code
        else:
            out += char
    return out + '"'


def canonical(value):
    if value is None:
        return 'null'
    if value is True:
        return 'true'
    if value is False:
        return 'false'
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return '[' + ','.join(canonical(item) for item in value) + ']'
    # By UTF-16 code units, which is the order of big-endian UTF-16.
    keys = sorted(value, key=lambda key: key.encode('utf-16-be'))
    return '{' + ','.join(string(key) + ':' + canonical(value[key]) for key in keys) + '}'


# --- Fields ------------------------------------------------------------------------------------------------------------

def u8(value):
    return value.to_bytes(1, 'big')


def u16(value):
    return value.to_bytes(2, 'big')


def u32(value):
    return value.to_bytes(4, 'big')


def short(data):
    return u8(len(data)) + data


def long(data):
    return u16(len(data)) + data


def b64(data):
    return base64.b64encode(data).decode()


def id_bytes(text):
    return base64.b64decode(text, validate=True)


def name(text):
    return b64(text.encode())


def contact(value):
    fields = {key: item for key, item in value.items() if key != 'id'}
    return short(id_bytes(value['id'])) + (canonical(fields).encode() if fields else b'')


def raw_contact(id_data, text):
    return short(id_data) + (text if isinstance(text, bytes) else text.encode())


def contacts16(values):
    return u16(len(values)) + b''.join(long(contact(value)) for value in values)


MAGIC = b'DSGV'
NONE = u8(0)


def parts(*tagged):
    return u8(len(tagged)) + b''.join(u8(tag) + long(data) for tag, data in tagged)


def frame(message, ending=NONE):
    kind = message['type']
    if kind == 'hello':
        return (u8(0x01) + MAGIC + u32(message['minVersion']) + u32(message['maxVersion']) + bytes.fromhex(message['nonce'])
                + short(message['group'].encode()) + short(id_bytes(message.get('expectedId', ''))) + long(contact(message['contact'])) + ending)
    if kind == 'close':
        return u8(0x03) + short(message['code'].encode()) + ending
    request_id = u32(message['requestId'])
    if kind == 'ping':
        return u8(0x10) + request_id + short(id_bytes(message['id'])) + ending
    if kind == 'findNode':
        target = message['target']
        where = u8(0) + short(id_bytes(target['id'])) if 'id' in target else u8(1) + bytes.fromhex(target['key'])
        flags = [(tag, b'') for tag, name in ((1, 'onBehalf'), (2, 'exactWillDo')) if message.get(name)]
        if flags:
            ending = parts(*flags)
        return u8(0x11) + request_id + where + contacts16(message['announced']) + contacts16(message['withdrawn']) + ending
    if kind == 'pong':
        present = u8(1) + long(contact(message['contact'])) if 'contact' in message else u8(0)
        return u8(0x90) + request_id + present + ending
    if kind == 'nodes':
        exact = u8(0)
        if 'exact' in message:
            exact = u8(1) + long(contact(message['exact']['contact'])) + u32(message['exact']['ttlSeconds'])
        near = u8(len(message['contacts'])) + b''.join(long(contact(value)) for value in message['contacts'])
        if message.get('beyond'):
            ending = parts((1, b''))
        return u8(0x91) + request_id + exact + near + contacts16(message['conflicts']) + ending
    if kind == 'error':
        return u8(0x9f) + request_id + short(message['code'].encode()) + ending
    raise ValueError(kind)


# --- Ids, keys, distances ----------------------------------------------------------------------------------------------

def ids():
    valid = [bytes([0]), b'f', b'fo', b'foo', b'__proto__', bytes(20), bytes([0xfb, 0xff]), bytes([0xff] * 3), bytes(range(32)),
             'Zürich'.encode(), bytes([0xff] * 254), bytes([0xff] * 255)]
    invalid = [
        ('empty', ''), ('no padding', 'Zg'), ('no padding, one short', 'Zm8'), ('too much padding', 'Zm9v===='),
        ('padding of three', 'Zg==='), ('padding inside', 'Zg==Zg=='), ('padding alone', '===='), ('padding of one too few', 'Zg='),
        ('url-safe alphabet, minus', '-_8='), ('url-safe alphabet, underscore', '__8='), ('newline at the end', 'Zm9v\n'),
        ('newline inside', 'Zm\n9v'), ('space before', ' Zm9v'), ('carriage return, line feed', 'Zm9v\r\n'), ('NUL', 'Zm9v\u0000'),
        ('trailing bits, two bytes short', 'Zh=='), ('trailing bits, one byte short', 'Zm9='), ('trailing bits, all ones', 'Z/=='),
        ('the text __proto__', '__proto__'), ('not ASCII', 'Zm9ü'), ('full-width letters', 'Ｚｍ９ｖ'), ('one letter', 'Z'), ('five letters', 'Zm9vZ'),
        ('256 bytes', b64(bytes(256))), ('257 bytes', b64(bytes(257))), ('very long', 'A' * 4096),
    ]
    return {
        'valid': [{'text': b64(data), 'hex': data.hex()} for data in valid],
        'invalid': [{'name': what, 'text': text, 'code': 'BAD_ID'} for what, text in invalid],
    }


def keys():
    samples = [b'f', b'foo', b'__proto__', bytes(20), bytes(range(32)), 'Zürich'.encode(), bytes([0xff] * 255)]
    return [{'id': b64(data), 'idHex': data.hex(), 'key': hashlib.sha256(data).hexdigest()} for data in samples]


def distances():
    base = int.from_bytes(hashlib.sha256(b'base').digest(), 'big')
    near = [0, 1, 2, 3, 4, 255, 256, 2**53, 2**53 + 1, 2**54, 2**128, 2**128 + 1, 2**255, 2**255 + 1, 2**256 - 1]

    def key(distance):
        return (base ^ distance).to_bytes(32, 'big').hex()

    order = [{'a': key(a), 'b': key(b), 'closer': 'neither' if a == b else 'a' if a < b else 'b'} for a in near for b in near]
    buckets = [{'other': key(d), **({'bucket': d.bit_length() - 1} if d else {})} for d in near]
    return {'target': key(0), 'order': order, 'buckets': buckets}


# --- Canonical JSON ----------------------------------------------------------------------------------------------------

def canonical_json():
    same = [
        'null', 'true', 'false', '0', '-1', '9007199254740991', '-9007199254740991', '1.5', '5e-324', '-5e-324', '0.000001',
        '9.999999999999997e-7', '333333333.3333332', '-0.0000033333333333333333', '1e-7', '""', '"a"', '[]', '{}', '[1,[2,[3]]]',
        '{"a":1,"b":2}', '"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\"', '"\u007f\u2028é😀"', '{"":0}', '[null,true,false]',
        '{"\\r":1,"1":2,"\u0080":3,"ö":4,"€":5,"😀":6,"\ufb33":7}', '{"Constructor":4,"__proto":3,"hasOwnProperty":2,"toString":1}',
    ]
    other = [
        (' { "b" : 1 , "a" : [ 1 , 2 ] } ', '{"a":[1,2],"b":1}'), ('1E2', '100'), ('1.0', '1'), ('-0', '0'), ('100e-2', '1'), ('1e15', '1000000000000000'),
        ('0.1e1', '1'), ('"\\u0041\\/"', '"A/"'), ('"\\ud83d\\ude00"', '"😀"'), ('0.30000000000000004', '0.30000000000000004'),
        ('1e-400', '0'), ('{"b":{"d":1,"c":2},"a":3}', '{"a":3,"b":{"c":2,"d":1}}'), ('{"10":1,"9":2,"1":3}', '{"1":3,"10":1,"9":2}'),
        ('{"\ufb33":1,"😀":2}', '{"😀":2,"\ufb33":1}'),
    ]
    for text in same:
        # What this script would write for it, too.
        assert canonical(json.loads(text)) == text, text
    for text, wanted in other:
        if text not in ('1E2', '1.0', '-0', '100e-2', '1e15', '0.1e1', '1e-400'):
            assert canonical(json.loads(text)) == wanted, text
    refused = [
        ('nothing', '', 'BAD_JSON'), ('a word', 'undefined', 'BAD_JSON'), ('cut short', '{"a":', 'BAD_JSON'), ('a comma too many', '[1,]', 'BAD_JSON'),
        ('a key without quotes', '{a:1}', 'BAD_JSON'), ('two values', '1 2', 'BAD_JSON'), ('NaN', 'NaN', 'BAD_JSON'), ('a leading zero', '01', 'BAD_JSON'),
        ('a hexadecimal number', '0x10', 'BAD_JSON'), ('a raw newline in a string', '"a\nb"', 'BAD_JSON'), ('a comment', '1//', 'BAD_JSON'), ('a byte order mark', '\ufeff1', 'BAD_JSON'),
        ('a NUL after it', '1\u0000', 'BAD_JSON'),
        ('too large for a double', '1e999', 'BAD_NUMBER'), ('the same, negative', '[-1e999]', 'BAD_NUMBER'), ('2^53', '9007199254740992', 'BAD_NUMBER'),
        ('2^53 + 1', '9007199254740993', 'BAD_NUMBER'), ('whole and far too large', '1e300', 'BAD_NUMBER'), ('the same, negative', '-9007199254740992', 'BAD_NUMBER'),
        ('a lone high surrogate', '"\\ud800"', 'BAD_STRING'), ('a lone low surrogate', '["\\udc00x"]', 'BAD_STRING'), ('surrogates in the wrong order', '"\\udc00\\ud800"', 'BAD_STRING'),
        ('a lone surrogate in a key', '{"\\ud800":1}', 'BAD_STRING'),
        ('a key twice', '{"a":1,"a":1}', 'DUPLICATE_KEY'), ('a key twice, once escaped', '{"a":1,"\\u0061":2}', 'DUPLICATE_KEY'), ('a key twice, deeper', '[{"x":{"b":1,"c":{},"b":2}}]', 'DUPLICATE_KEY'),
        ('__proto__', '{"__proto__":1}', 'FORBIDDEN_KEY'), ('constructor, deeper', '{"a":[{"constructor":1}]}', 'FORBIDDEN_KEY'), ('prototype, escaped', '{"\\u0070rototype":1}', 'FORBIDDEN_KEY'),
        ('17 arrays', '[' * 17 + ']' * 17, 'TOO_DEEP'), ('17 objects', '{"a":' * 16 + '{}' + '}' * 16, 'TOO_DEEP'), ('1,000 arrays', '[' * 1000 + ']' * 1000, 'TOO_DEEP'),
        ('257 items', '[' + ','.join(['0'] * 257) + ']', 'TOO_MANY_KEYS'), ('257 keys', '{' + ','.join(f'"{i}":0' for i in range(257)) + '}', 'TOO_MANY_KEYS'),
    ]
    bad_bytes = [
        ('a continuation byte that does not continue', b'"\xc3\x28"'), ('a lone continuation byte', b'"\x80"'), ('an overlong slash', b'"\xc0\xaf"'),
        ('an encoded surrogate', b'"\xed\xa0\x80"'), ('beyond U+10FFFF', b'"\xf4\x90\x80\x80"'), ('a sequence cut short', b'"\xe2\x82'), ('0xff', b'\xff'),
    ]
    return {
        'accepted': [{'text': text, 'canonical': text} for text in same + ['[' * 16 + ']' * 16, '[' + ','.join(['0'] * 256) + ']']]
        + [{'text': text, 'canonical': wanted} for text, wanted in other],
        'refused': [{'name': what, 'text': text, 'code': code} for what, text, code in refused]
        + [{'name': what, 'hex': data.hex(), 'code': 'BAD_ENCODING'} for what, data in bad_bytes],
    }


# --- Contacts ----------------------------------------------------------------------------------------------------------

TCP = {'type': 'tcp', 'host': '127.0.0.1', 'port': 6742}
WS = {'type': 'ws', 'url': 'ws://[::1]:80/'}


def padded(length):
    """A contact that is exactly `length` bytes long when encoded."""
    empty = contact({'id': name('x'), 'data': ''})
    return {'id': name('x'), 'data': 'y' * (length - len(empty))}


def contacts():
    both = [
        ('only an id', {'id': name('foo')}),
        ('the shortest id', {'id': b64(bytes(1))}),
        ('the longest id', {'id': b64(bytes([0xff] * 255))}),
        ('an id of twenty zero bytes', {'id': b64(bytes(20))}),
        ('the bytes of __proto__ as id', {'id': name('__proto__')}),
        ('an address and a clock', {'id': name('foo'), 'transport': TCP, 'vectorClock': 0}),
        ('fields of an arbiter beside data, keys out of order', {'vectorClock': 3, 'transport': TCP, 'id': name('foo'), 'zeta': [1, {'b': None, 'a': True}], 'data': {'b': 1.5, 'a': 'Zürich'}, 'Alpha': ''}),
        ('data null', {'id': name('foo'), 'data': None}),
        ('four addresses', {'id': name('foo'), 'transport': [TCP, WS, {'type': 'quic'}, {'type': 'tcp', 'host': '::1', 'port': 1}]}),
        ('a list of no address', {'id': name('foo'), 'transport': []}),
        ('the largest clock', {'id': name('foo'), 'vectorClock': 2**53 - 1}),
        ('data named like methods', {'id': name('foo'), 'data': {'toString': 1, 'hasOwnProperty': 2}}),
        ('3,072 bytes', padded(3072)),
    ]
    foo = b'foo'
    decoded = [
        ('white space and another order of keys', raw_contact(foo, ' {"vectorClock" : 3, "data":\n"x"} '), {'id': name('foo'), 'vectorClock': 3, 'data': 'x'}),
        ('an object without keys', raw_contact(foo, '{}'), {'id': name('foo')}),
        ('escapes that were not needed', raw_contact(foo, '{"d\\u0061ta":"\\/"}'), {'id': name('foo'), 'data': '/'}),
        ('a clock that is a string: the arbiter\'s business', raw_contact(foo, '{"vectorClock":"5"}'), {'id': name('foo'), 'vectorClock': '5'}),
        ('a host that is no address: the transport\'s business', raw_contact(foo, '{"transport":{"type":"tcp","host":"169.254.169.254","port":0}}'), {'id': name('foo'), 'transport': {'type': 'tcp', 'host': '169.254.169.254', 'port': 0}}),
        ('an `id` deeper than the first level', raw_contact(foo, '{"data":{"id":"x"}}'), {'id': name('foo'), 'data': {'id': 'x'}}),
    ]
    refused = [
        ('null', 'null', 'BAD_CONTACT'), ('an array', '[]', 'BAD_CONTACT'), ('a number', '5', 'BAD_CONTACT'), ('a string', '"x"', 'BAD_CONTACT'),
        ('an `id`', '{"id":"Zm9v"}', 'DUPLICATE_KEY'), ('an `id` and its own', '{"data":1,"id":null}', 'DUPLICATE_KEY'), ('a key twice', '{"data":1,"data":2}', 'DUPLICATE_KEY'),
        ('broken JSON', '{"data":}', 'BAD_JSON'), ('not UTF-8', b'{"data":"\xc3\x28"}', 'BAD_ENCODING'), ('a lone surrogate', '{"data":{"x":"\\ud800"}}', 'BAD_STRING'),
        ('1e999', '{"vectorClock":1e999}', 'BAD_NUMBER'), ('2^53 + 1', '{"vectorClock":9007199254740993}', 'BAD_NUMBER'),
        ('__proto__', '{"__proto__":{"polluted":true}}', 'FORBIDDEN_KEY'), ('__proto__ in data', '{"data":{"__proto__":1}}', 'FORBIDDEN_KEY'),
        ('constructor in a list', '{"data":[[{"constructor":{"prototype":1}}]]}', 'FORBIDDEN_KEY'), ('prototype', '{"prototype":1}', 'FORBIDDEN_KEY'),
        ('17 levels', '{"data":' + '[' * 16 + ']' * 16 + '}', 'TOO_DEEP'), ('1,500 levels', '{"data":' + '[' * 1499 + ']' * 1499 + '}', 'TOO_DEEP'),
        ('257 keys', '{' + ','.join(f'"{i}":0' for i in range(257)) + '}', 'TOO_MANY_KEYS'), ('257 items', '{"data":[' + ','.join(['0'] * 257) + ']}', 'TOO_MANY_KEYS'),
        ('five addresses', '{"transport":[' + ','.join(['{"type":"tcp"}'] * 5) + ']}', 'TOO_MANY_ADDRESSES'),
        ('an address without a type', '{"transport":{"host":"127.0.0.1"}}', 'BAD_CONTACT'), ('an address that is text', '{"transport":"tcp://127.0.0.1"}', 'BAD_CONTACT'), ('an address that is null', '{"transport":null}', 'BAD_CONTACT'),
        ('a type that is a number', '{"transport":{"type":1}}', 'BAD_CONTACT'),
    ]
    not_encoded = [
        ('no id', {'data': 1}, 'BAD_CONTACT'), ('an id that is null', {'id': None}, 'BAD_ID'), ('an id that is a number', {'id': 5}, 'BAD_ID'), ('an empty id', {'id': ''}, 'BAD_ID'),
        ('trailing bits in the id', {'id': 'Zh=='}, 'BAD_ID'), ('256 bytes of id', {'id': b64(bytes(256))}, 'BAD_ID'), ('3,073 bytes', padded(3073), 'CONTACT_TOO_LARGE'),
        ('__proto__', {'id': name('foo'), 'data': {'__proto__': 1}}, 'FORBIDDEN_KEY'), ('a whole number beyond 2^53 - 1', {'id': name('foo'), 'data': 2**53}, 'BAD_NUMBER'),
        ('five addresses', {'id': name('foo'), 'transport': [TCP] * 5}, 'TOO_MANY_ADDRESSES'), ('no contact but null', None, 'BAD_CONTACT'), ('an array', [], 'BAD_CONTACT'), ('a string', 'Zm9v', 'BAD_CONTACT'),
        ('17 levels', {'id': name('foo'), 'data': json.loads('[' * 16 + ']' * 16)}, 'TOO_DEEP'),
    ]
    return {
        'both': [{'name': what, 'contact': value, 'hex': contact(value).hex()} for what, value in both],
        'decoded': [{'name': what, 'hex': data.hex(), 'contact': value} for what, data, value in decoded],
        'notDecoded': [{'name': what, 'hex': raw_contact(foo, text).hex(), 'code': code} for what, text, code in refused],
        'notEncoded': [{'name': what, 'contact': value, 'code': code} for what, value, code in not_encoded],
    }


# --- Signed contacts: Ed25519 as in RFC 8032, section 5.1, by its formulas and without any haste -------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    (ax, ay), (bx, by) = a, b
    product = D * ax * bx * ay * by % P
    return ((ax * by + ay * bx) * pow(1 + product, -1, P) % P, (ay * by + ax * bx) * pow(1 - product, -1, P) % P)


def times(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def root(y):
    """The even x of a point."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return x if x % 2 == 0 else P - x


BASE_Y = 4 * pow(5, -1, P) % P
BASE = (root(BASE_Y), BASE_Y)


def spelled(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, 'little')


def hashed(*parts_of):
    return int.from_bytes(hashlib.sha512(b''.join(parts_of)).digest(), 'little')


def secret_of(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], 'little') & (2**254 - 8) | 2**254
    return scalar, digest[32:]


def public_key(seed):
    return spelled(times(secret_of(seed)[0], BASE))


def ed25519(seed, message):
    scalar, prefix = secret_of(seed)
    key = spelled(times(scalar, BASE))
    nonce = hashed(prefix, message) % L
    r = spelled(times(nonce, BASE))
    return r + ((nonce + hashed(r, key, message) * scalar) % L).to_bytes(32, 'little')


# RFC 8032, section 7.1, test 1.
assert ed25519(bytes.fromhex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'), b'').hex().startswith('e5564300c360ac72')

SEEDS = {'owner': bytes(range(32)), 'other': bytes([7] * 32)}
OWNER_ID = b64(hashlib.sha256(public_key(SEEDS['owner'])).digest()[:20])
OTHER_ID = b64(hashlib.sha256(public_key(SEEDS['other'])).digest()[:20])


def signed_bytes(value):
    return b'disgover contact 1\n' + canonical(value).encode()


def signed(value, by='owner'):
    whole = {**value, 'key': b64(public_key(SEEDS[by]))}
    return {**whole, 'signature': b64(ed25519(SEEDS[by], signed_bytes(whole)))}


def signed_contacts():
    name_of = name('actor-1')
    live = {'id': name_of, 'data': {'kind': 'printer'}, 'transport': TCP, 'vectorClock': 7, 'seq': 1700000000000}
    ended = {'id': name_of, 'transport': TCP, 'vectorClock': 7, 'seq': 1700000000001, 'withdrawn': True}
    samples = [
        ('a name', live, 'owner'), ('its withdrawal', ended, 'owner'), ('nothing but an id', {'id': name('x'), 'seq': 0}, 'owner'),
        ('the id of the key', {'id': OWNER_ID, 'seq': 2**53 - 1}, 'owner'), ('by another key', live, 'other'),
        ('a random id of 24 bytes', {'id': b64(bytes(range(24))), 'seq': 1}, 'owner'),
        ('keys and text out of order and beyond ASCII', {'id': name('Zürich'), 'seq': 1, 'zeta': '\u20ac', 'data': {'\ufb33': 1, '\U0001f600': 2, 'a': 1e-7, 'b': [1.5, None, True]}}, 'owner'),
    ]
    good, end = signed(live), signed(ended)
    signature = base64.b64decode(good['signature'])
    r, s = signature[:32], int.from_bytes(signature[32:], 'little')

    def without(field):
        return {key: item for key, item in good.items() if key != field}

    def weak():
        """By a key of small order: R = [S]B fits whatever is signed, one time in so many."""
        return {**good, 'key': b64(spelled((0, 1))), 'signature': b64(spelled(times(5, BASE)) + (5).to_bytes(32, 'little'))}

    refused = [
        ('no signature', without('signature'), False, 'BAD_SIGNATURE'), ('no key', without('key'), False, 'BAD_SIGNATURE'), ('no seq', without('seq'), False, 'BAD_SIGNATURE'),
        ('no data', without('data'), False, 'BAD_SIGNATURE'), ('other data', {**good, 'data': {'kind': 'scanner'}}, False, 'BAD_SIGNATURE'), ('another id', {**good, 'id': name('actor-2')}, False, 'BAD_SIGNATURE'),
        ('another transport', {**good, 'transport': WS}, False, 'BAD_SIGNATURE'), ('a field more', {**good, 'more': 1}, False, 'BAD_SIGNATURE'), ('a greater seq', {**good, 'seq': good['seq'] + 1}, False, 'BAD_SIGNATURE'),
        ('a seq that is text', signed({**live, 'seq': '1'}), False, 'BAD_SIGNATURE'), ('a seq below 0', signed({**live, 'seq': -1}), False, 'BAD_SIGNATURE'), ('a seq that is not whole', signed({**live, 'seq': 1.5}), False, 'BAD_SIGNATURE'),
        ('another key', {**good, 'key': b64(public_key(SEEDS['other']))}, False, 'BAD_SIGNATURE'), ('the signature of another contact', {**good, 'signature': end['signature']}, False, 'BAD_SIGNATURE'),
        ('signed without what it is for', {**good, 'signature': b64(ed25519(SEEDS['owner'], canonical(without('signature')).encode()))}, False, 'BAD_SIGNATURE'),
        ('a signature without its padding', {**good, 'signature': good['signature'].rstrip('=')}, False, 'BAD_SIGNATURE'), ('a signature of 63 bytes', {**good, 'signature': b64(signature[:63])}, False, 'BAD_SIGNATURE'),
        ('an S that is not below the order', {**good, 'signature': b64(r + (s + L).to_bytes(32, 'little'))}, False, 'BAD_SIGNATURE'), ('a key of small order', weak(), False, 'BAD_SIGNATURE'),
        ('withdrawn false', signed({**live, 'withdrawn': False}), False, 'BAD_SIGNATURE'), ('withdrawn, which is not signed', {**good, 'withdrawn': True}, True, 'BAD_SIGNATURE'),
        ('a live contact that is withdrawn', good, True, 'BAD_SIGNATURE'), ('a withdrawal that is announced', end, False, 'BAD_SIGNATURE'),
        ('the id of another key', signed({**live, 'id': OTHER_ID}), False, 'ID_KEY_MISMATCH'), ('a name of 20 bytes', signed({**live, 'id': b64(b'a name of 20 letters')}), False, 'ID_KEY_MISMATCH'),
    ]
    newer = signed({**live, 'seq': live['seq'] + 5, 'vectorClock': 8})
    claim = signed({**live, 'seq': live['seq'] + 9}, 'other')
    met = [
        ('a newer version', [good], newer, 'taken'), ('an older version', [newer], good, 'STALE_SEQ'), ('an older version, after a withdrawal', [good, end], good, 'STALE_SEQ'),
        ('a newer version, after a withdrawal', [good, end], newer, 'taken'), ('a version of another key', [good], claim, 'ID_KEY_MISMATCH'), ('a version of another key, after a withdrawal', [good, end], claim, 'ID_KEY_MISMATCH'),
    ]
    return {
        'keys': [{'name': who, 'seed': seed.hex(), 'publicKey': public_key(seed).hex(), 'id': b64(hashlib.sha256(public_key(seed)).digest()[:20])} for who, seed in SEEDS.items()],
        'signed': [{'name': what, 'by': by, 'contact': value, 'signedBytes': signed_bytes({**value, 'key': b64(public_key(SEEDS[by]))}).hex(), 'signed': signed(value, by)} for what, value, by in samples],
        'refused': [{'name': what, 'contact': value, 'isWithdrawal': withdrawn, 'code': code} for what, value, withdrawn, code in refused],
        'met': [{'name': what, 'before': before, 'contact': value, 'outcome': outcome} for what, before, value, outcome in met],
    }


# --- Frames ------------------------------------------------------------------------------------------------------------

NODE = {'id': b64(hashlib.sha256(b'node').digest()[:20]), 'transport': TCP}
OTHER = {'id': b64(hashlib.sha256(b'other').digest()[:20]), 'transport': {'type': 'tcp', 'host': '10.0.0.2', 'port': 65535}}
ACTOR = {'id': name('actor-1'), 'data': {'kind': 'printer'}, 'transport': TCP, 'vectorClock': 7}
OLD_ACTOR = {'id': name('actor-1'), 'transport': OTHER['transport'], 'vectorClock': 6}
NONCE = bytes(range(0x10, 0x20)).hex()
KEY = hashlib.sha256(b'actor-1').hexdigest()

HELLO = {'type': 'hello', 'minVersion': 1, 'maxVersion': 1, 'nonce': NONCE, 'group': 'disgover', 'contact': NODE}
PING = {'type': 'ping', 'requestId': 1, 'id': NODE['id']}
FIND = {'type': 'findNode', 'requestId': 2, 'target': {'id': ACTOR['id']}, 'announced': [], 'withdrawn': []}
NODES = {'type': 'nodes', 'requestId': 2, 'contacts': [], 'conflicts': []}


def many(count):
    return [{'id': b64(u16(i))} for i in range(count)]


def frames():
    messages = [
        ('HELLO of a dialler that knows an address only, and of who answers', HELLO),
        ('HELLO of a dialler that knows the id', {**HELLO, 'expectedId': OTHER['id']}),
        ('HELLO with the longest group', {**HELLO, 'group': 'é' * 32}),
        ('HELLO with an empty group', {**HELLO, 'group': ''}),
        ('HELLO of versions to come', {**HELLO, 'minVersion': 9, 'maxVersion': 2**32 - 1}),
        ('HELLO of a node that cannot be dialled', {**HELLO, 'contact': {'id': NODE['id']}}),
        ('CLOSE', {'type': 'close', 'code': 'GROUP_MISMATCH'}),
        ('CLOSE without a code', {'type': 'close', 'code': ''}),
        ('PING', PING),
        ('PING with the highest request id', {**PING, 'requestId': 2**32 - 1}),
        ('PONG: hosted', {'type': 'pong', 'requestId': 1, 'contact': NODE}),
        ('PONG: not hosted', {'type': 'pong', 'requestId': 1}),
        ('FIND-NODE for an id', FIND),
        ('FIND-NODE for a key', {**FIND, 'target': {'key': KEY}}),
        ('FIND-NODE that announces', {**FIND, 'target': {'key': KEY}, 'announced': [ACTOR, {'id': name('actor-2'), 'transport': TCP}]}),
        ('FIND-NODE that withdraws', {**FIND, 'withdrawn': [ACTOR]}),
        ('FIND-NODE that announces and withdraws', {**FIND, 'announced': [NODE], 'withdrawn': [ACTOR]}),
        ('FIND-NODE that announces 512', {**FIND, 'announced': many(512)}),
        ('FIND-NODE on behalf of the asker', {**FIND, 'onBehalf': True}),
        ('FIND-NODE for which the exact contact will do', {**FIND, 'exactWillDo': True}),
        ('FIND-NODE on behalf of the asker, for which the exact contact will do', {**FIND, 'onBehalf': True, 'exactWillDo': True}),
        ('NODES with nothing', NODES),
        ('NODES with the exact contact', {**NODES, 'exact': {'contact': ACTOR, 'ttlSeconds': 3600}}),
        ('NODES with the exact contact for the longest time', {**NODES, 'exact': {'contact': ACTOR, 'ttlSeconds': 2**32 - 1}}),
        ('NODES with close nodes', {**NODES, 'contacts': [NODE, OTHER]}),
        ('NODES with 20 close nodes', {**NODES, 'contacts': many(20)}),
        ('NODES with a conflict', {**NODES, 'contacts': [OTHER], 'conflicts': [OLD_ACTOR]}),
        ('NODES with a close node, and others that the asker cannot dial', {**NODES, 'contacts': [NODE], 'beyond': True}),
        ('ERROR', {'type': 'error', 'requestId': 3, 'code': 'UNSUPPORTED'}),
        ('ERROR with a code of 255 bytes', {'type': 'error', 'requestId': 3, 'code': 'X' * 255}),
        ('the example of section 13: HELLO of A', {**HELLO, 'nonce': bytes(range(0xa0, 0xb0)).hex(), 'expectedId': name('b'), 'contact': {'id': name('a'), 'transport': {**TCP, 'port': 6741}}}),
        ('the example of section 13: FIND-NODE', {**FIND, 'requestId': 1, 'target': {'id': name('actor-1')}}),
        ('the example of section 13: NODES', {**NODES, 'requestId': 1, 'exact': {'contact': {'id': name('actor-1'), 'vectorClock': 7}, 'ttlSeconds': 3600}}),
    ]
    unknown = parts((0x7f, b''), (0xff, b'\x00\x01\x02'))
    full = parts(*[(0x40 + tag, bytes(256)) for tag in range(16)])
    with_parts = [(f"{message['type']} with two unknown parts", message, unknown, 2) for message in
                  (HELLO, {'type': 'close', 'code': 'IDLE'}, PING, {'type': 'pong', 'requestId': 1}, FIND, NODES, {'type': 'error', 'requestId': 1, 'code': 'BUSY'})]
    with_parts.append(('16 parts of 4,096 bytes together', PING, full, 16))
    return {
        'both': [{'name': what, 'message': message, 'hex': frame(message).hex()} for what, message in messages],
        'withUnknownParts': [{'name': what, 'message': message, 'hex': frame(message, ending).hex(), 'unknownParts': count} for what, message, ending, count in with_parts],
    }


def bad_frames():
    ping = frame(PING)
    node = contact(NODE)
    head = u8(0x91) + u32(2) + u8(0)
    find = u8(0x11) + u32(2)
    target = u8(1) + bytes.fromhex(KEY)
    hello_start = u8(0x01) + MAGIC + u32(1) + u32(1) + bytes.fromhex(NONCE)
    cases = [
        ('nothing', b'', 'BAD_FRAME', 'other', None),
        # Kinds
        ('kind 0x00', u8(0x00) + u32(7), 'UNSUPPORTED', 'request', 7),
        ('a kind that might be STORE', u8(0x12) + u32(7) + b'abc', 'UNSUPPORTED', 'request', 7),
        ('kind 0x7f', u8(0x7f) + u32(7) + b'\xff' * 64, 'UNSUPPORTED', 'request', 7),
        ('kind 0xff', u8(0xff) + u32(7), 'UNSUPPORTED', 'request', 7),
        ('an unknown kind without a request id', u8(0x7f) + b'\x00\x00\x00', 'BAD_FRAME', 'request', None),
        ('PROOF of identity of kind 3', u8(0x02) + u8(3) + u8(0) + NONE, 'BAD_FRAME', 'other', None),
        # HELLO
        ('PROOF with nothing', u8(0x02), 'BAD_FRAME', 'other', None),
        ('PROOF with half a signature', u8(0x02) + u8(1) + bytes(32) + u8(0) + NONE, 'BAD_FRAME', 'other', None),
        ('PROOF that is neither with nor without a secret', u8(0x02) + u8(0) + u8(2) + bytes(32) + NONE, 'BAD_FRAME', 'other', None),
        ('PROOF with half a proof of the secret', u8(0x02) + u8(0) + u8(1) + bytes(16), 'BAD_FRAME', 'other', None),
        ('PROOF with a byte after it', u8(0x02) + u8(0) + u8(0) + NONE + b'\x00', 'BAD_FRAME', 'other', None),
        ('HELLO with a key of 31 bytes', frame(HELLO, parts((1, bytes(31)))), 'BAD_FRAME', 'other', None),
        ('HELLO with an exchange key of 33 bytes', frame(HELLO, parts((1, bytes(32)), (2, bytes(33)))), 'BAD_FRAME', 'other', None),
        ('HELLO with a remembered key of no bytes', frame(HELLO, parts((3, b''))), 'BAD_FRAME', 'other', None),
        ('HELLO with nothing', u8(0x01), 'BAD_FRAME', 'other', None),
        ('HELLO with another magic', u8(0x01) + b'DSGX' + frame(HELLO)[5:], 'BAD_MAGIC', 'other', None),
        ('HELLO cut before its group', hello_start, 'BAD_FRAME', 'other', None),
        ('HELLO with a group of 65 bytes', hello_start + short(b'g' * 65) + short(b'') + long(node) + NONE, 'BAD_FRAME', 'other', None),
        ('HELLO with a group that is not UTF-8', hello_start + short(b'\xc3\x28') + short(b'') + long(node) + NONE, 'BAD_ENCODING', 'other', None),
        ('HELLO without a contact', hello_start + short(b'g') + short(b'') + long(b'') + NONE, 'BAD_CONTACT', 'other', None),
        ('HELLO with a byte after it', frame(HELLO) + b'\x00', 'BAD_FRAME', 'other', None),
        ('CLOSE with a code past its end', u8(0x03) + u8(9) + b'abc', 'BAD_FRAME', 'other', None),
        ('CLOSE with a code that is not UTF-8', u8(0x03) + short(b'\xff') + NONE, 'BAD_ENCODING', 'other', None),
        ('CLOSE without the count of parts', u8(0x03) + short(b'IDLE'), 'BAD_FRAME', 'other', None),
        # Requests
        ('PING with nothing', u8(0x10), 'BAD_FRAME', 'request', None),
        ('PING with half a request id', ping[:3], 'BAD_FRAME', 'request', None),
        ('PING without a target', ping[:5], 'BAD_FRAME', 'request', 1),
        ('PING with an empty target', u8(0x10) + u32(1) + u8(0) + NONE, 'BAD_ID', 'request', 1),
        ('PING with a target past its end', u8(0x10) + u32(1) + u8(255) + bytes(20), 'BAD_FRAME', 'request', 1),
        ('PING without the count of parts', ping[:-1], 'BAD_FRAME', 'request', 1),
        ('PING with a byte after it', ping + b'\x00', 'BAD_FRAME', 'request', 1),
        ('PING with 17 parts', ping[:-1] + parts(*[(0, b'')] * 17), 'BAD_FRAME', 'request', 1),
        ('PING with 4,097 bytes of parts', ping[:-1] + parts((0, bytes(4096)), (1, b'x')), 'BAD_FRAME', 'request', 1),
        ('PING with a part past its end', ping[:-1] + u8(1) + u8(9) + u16(5) + b'abcd', 'BAD_FRAME', 'request', 1),
        ('PING with fewer parts than it says', ping[:-1] + u8(2) + u8(9) + u16(0), 'BAD_FRAME', 'request', 1),
        ('FIND-NODE with an empty target', find + u8(0) + u8(0) + u16(0) + u16(0) + NONE, 'BAD_ID', 'request', 2),
        ('FIND-NODE with a target of kind 2', find + u8(2) + bytes(32) + u16(0) + u16(0) + NONE, 'BAD_FRAME', 'request', 2),
        ('FIND-NODE with a key of 31 bytes', find + u8(1) + bytes(31), 'BAD_FRAME', 'request', 2),
        ('FIND-NODE that says 513 announced', find + target + u16(513), 'TOO_MANY_CONTACTS', 'request', 2),
        ('FIND-NODE that says 65,535 withdrawn', find + target + u16(0) + u16(65535), 'TOO_MANY_CONTACTS', 'request', 2),
        ('FIND-NODE that announces fewer than it says', find + target + u16(2) + long(node), 'BAD_FRAME', 'request', 2),
        ('FIND-NODE that announces a contact of 3,073 bytes', find + target + u16(1) + long(contact(padded(3073))) + u16(0) + NONE, 'CONTACT_TOO_LARGE', 'request', 2),
        ('FIND-NODE that announces a contact without an id', find + target + u16(1) + long(b'\x00{}') + u16(0) + NONE, 'BAD_CONTACT', 'request', 2),
        ('FIND-NODE that announces a contact whose id is longer than it', find + target + u16(1) + long(b'\x04foo') + u16(0) + NONE, 'BAD_CONTACT', 'request', 2),
        # Replies
        ('PONG that is neither with nor without', u8(0x90) + u32(1) + u8(2) + NONE, 'BAD_FRAME', 'reply', 1),
        ('PONG with half a request id', u8(0x90) + u16(1), 'BAD_FRAME', 'reply', None),
        ('NODES with 21 contacts', head + u8(21) + b''.join(long(contact(c)) for c in many(21)) + u16(0) + NONE, 'TOO_MANY_CONTACTS', 'reply', 2),
        ('NODES with a contact past its end', head + u8(4) + long(node) * 3 + u16(len(node)) + node[:-12], 'BAD_FRAME', 'reply', 2),
        ('NODES with 513 conflicts', head + u8(0) + u16(513), 'TOO_MANY_CONTACTS', 'reply', 2),
        ('NODES without the seconds of its exact contact', u8(0x91) + u32(2) + u8(1) + long(node) + u16(0), 'BAD_FRAME', 'reply', 2),
        ('NODES with an empty contact', head + u8(1) + long(b'') + u16(0) + NONE, 'BAD_CONTACT', 'reply', 2),
        ('ERROR with a code that is not UTF-8', u8(0x9f) + u32(1) + short(b'\xff') + NONE, 'BAD_ENCODING', 'reply', 1),
    ]
    return [{'name': what, 'hex': data.hex(), 'code': code, 'of': of, **({} if request_id is None else {'requestId': request_id})}
            for what, data, code, of, request_id in cases]


# --- Handshakes --------------------------------------------------------------------------------------------------------
#
# Ed25519 stands above; X25519 as RFC 7748 §5 writes it.

def clamped(data):
    return int.from_bytes(data, 'little') & (2**254 - 8) | 2**254


def x25519(seed, u_bytes):
    number = clamped(seed)
    u = int.from_bytes(u_bytes, 'little') & (2**255 - 1)
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in reversed(range(255)):
        bit = number >> t & 1
        if swap ^ bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb = d * a, c * b
        aa, bb = a * a % P, b * b % P
        x3, z3 = (da + cb)**2 % P, u * (da - cb)**2 % P
        x2, z2 = aa * bb % P, (aa - bb) * (aa + 121665 * (aa - bb)) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, -1, P) % P if z2 % P else 0).to_bytes(32, 'little')


def exchange_key(seed):
    return x25519(seed, (9).to_bytes(32, 'little'))


def hmac256(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


# RFC 7748 §5.2, the first.
assert x25519(bytes.fromhex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4'), bytes.fromhex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c')).hex() == 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'


class Node:
    """A node of a handshake: its seeds, and what it sends."""

    def __init__(self, letter, port, keys=True):
        self.seed = hashlib.sha256(b'signing ' + letter.encode()).digest()
        self.exchange_seed = hashlib.sha256(b'exchange ' + letter.encode()).digest()
        self.has_keys = keys
        self.key = public_key(self.seed)
        self.exchange = exchange_key(self.exchange_seed)
        self.id = b64(hashlib.sha256(self.key).digest()[:20]) if keys else name(letter)
        self.contact = {'id': self.id, 'transport': {'type': 'tcp', 'host': '127.0.0.1', 'port': port}}

    def vector(self):
        keys = {'seed': self.seed.hex(), 'publicKey': self.key.hex(), 'exchangeSeed': self.exchange_seed.hex(), 'exchangeKey': self.exchange.hex()}
        return {**(keys if self.has_keys else {}), 'contact': self.contact}


def hello_frame(node, nonce, expected, remembered, secret):
    tagged = ([(1, node.key), (2, node.exchange)] if node.has_keys else []) + ([(3, remembered)] if remembered else []) + ([(4, b'')] if secret else [])
    message = {'type': 'hello', 'minVersion': 1, 'maxVersion': 1, 'nonce': nonce, 'group': 'disgover', 'contact': node.contact, **({'expectedId': expected} if expected else {})}
    return frame(message, parts(*tagged))


def proof_of(node, other, role, transcript, is_keyed, secret):
    """The PROOF of a node, with what it is made of."""
    identity = b'disgover 1 identity ' + role.encode() + b'\n' + transcript
    vector, data = {}, u8(0x02)
    if node.has_keys and is_keyed:
        agreed = x25519(node.exchange_seed, other.exchange)
        shared = hmac256(agreed, b'disgover 1 acquaintance\n' + b''.join(sorted([node.exchange, other.exchange])))
        proof = hmac256(shared, identity)
        vector['identity'] = {'how': 'keyed', 'agreed': agreed.hex(), 'shared': shared.hex(), 'message': identity.hex(), 'bytes': proof.hex()}
        data += u8(2) + proof
    elif node.has_keys:
        proof = ed25519(node.seed, identity)
        vector['identity'] = {'how': 'signed', 'message': identity.hex(), 'bytes': proof.hex()}
        data += u8(1) + proof
    else:
        data += u8(0)
    if secret:
        group = b'disgover 1 group ' + role.encode() + b'\n' + transcript
        vector['secret'] = {'message': group.hex(), 'bytes': hmac256(secret, group).hex()}
        data += u8(1) + hmac256(secret, group)
    else:
        data += u8(0)
    return {**vector, 'hex': (data + NONE).hex()} if vector else None


SECRET = hashlib.sha256(b'secret').digest()


def handshakes():
    a, b = Node('a', 6741), Node('b', 6742)
    plain_a, plain_b = Node('a', 6741, keys=False), Node('b', 6742, keys=False)
    assert x25519(a.exchange_seed, b.exchange) == x25519(b.exchange_seed, a.exchange)
    # What, dialler, dialled, by id, dialler remembers dialled, dialled remembers dialler, secret.
    cases = [
        ('two that meet for the first time', a, b, True, False, False, None),
        ('two that remember each other', a, b, True, True, True, None),
        ('one that is remembered, and dials an address without an id', a, b, False, False, True, None),
        ('one that remembers, and is not remembered', a, b, True, True, False, None),
        ('two that meet for the first time, in a group with a secret', a, b, True, False, False, SECRET),
        ('two that remember each other, in a group with a secret', a, b, True, True, True, SECRET),
        ('two without keys, in a group with a secret', plain_a, plain_b, True, False, False, SECRET),
        ('two without keys', plain_a, plain_b, True, False, False, None),
        ('one with a key that dials one without', a, plain_b, True, False, False, None),
    ]
    vectors = []
    for number, (what, dialler, dialled, by_id, remembers, is_remembered, secret) in enumerate(cases):
        nonces = [bytes(range(start + number, start + number + 16)).hex() for start in (0xa0, 0xb0)]
        hello_a = hello_frame(dialler, nonces[0], dialled.id if by_id else None, dialled.exchange if remembers else None, secret)
        hello_b = hello_frame(dialled, nonces[1], None, dialler.exchange if is_remembered else None, secret)
        transcript = hashlib.sha256(u32(len(hello_a)) + hello_a + u32(len(hello_b)) + hello_b).digest()
        sides = {}
        for role, node, other, nonce, hello, remembered, keyed in (
                ('dialler', dialler, dialled, nonces[0], hello_a, remembers, is_remembered),
                ('dialled', dialled, dialler, nonces[1], hello_b, is_remembered, remembers)):
            proof = proof_of(node, other, role, transcript, keyed, secret)
            sides[role] = {**node.vector(), 'nonce': nonce, 'remembers': remembered, 'hello': hello.hex(), **({'proof': proof} if proof else {})}
        vectors.append({'name': what, 'group': 'disgover', **({'secret': secret.hex()} if secret else {}), 'byId': by_id, **sides, 'transcript': transcript.hex()})
    # Points of small order, as Ed25519 and X25519 write them, and numbers that are not below 2^255 - 19.
    weak = {
        'signing': ['00' * 32, '01' + '00' * 31, 'ec' + 'ff' * 30 + '7f', 'ec' + 'ff' * 31, '00' * 31 + '80',
                    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
                    (2**255 - 19).to_bytes(32, 'little').hex(), 'ff' * 32],
        'exchange': ['00' * 32, '01' + '00' * 31, 'ec' + 'ff' * 30 + '7f', (2**255 - 19).to_bytes(32, 'little').hex(), (2**255 - 18).to_bytes(32, 'little').hex()],
    }
    assert all(x25519(a.exchange_seed, bytes.fromhex(key)) == bytes(32) for key in weak['exchange'])
    return {'handshakes': vectors, 'weakKeys': weak}


def text_of(value):
    return json.dumps(value, indent=1, ensure_ascii=True) + '\n'


FILES = {
    'ids.json': ids, 'keys.json': keys, 'distances.json': distances, 'canonical-json.json': canonical_json,
    'contacts.json': contacts, 'frames.json': frames, 'bad-frames.json': bad_frames,
    'signed-contacts.json': signed_contacts, 'handshakes.json': handshakes,
}

if __name__ == '__main__':
    differing = []
    for file_name, make in FILES.items():
        path = os.path.join(HERE, file_name)
        text = text_of(make())
        if '--write' in sys.argv:
            with open(path, 'w') as file:
                file.write(text)
        elif not os.path.exists(path) or open(path).read() != text:
            differing.append(file_name)
    if differing:
        sys.exit('differs from what this script writes: ' + ', '.join(differing))
