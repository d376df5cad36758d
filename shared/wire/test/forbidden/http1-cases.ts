/** What HTTP/1.1 forbids, and what it only seems to: see case.ts. */
import { casesOf, type Case } from './case.ts';

const REQUEST = 'POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: chunked⏎⏎';
const RESPONSE = 'HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎';

/** What a client sends. */
export const REQUESTS = casesOf(String.raw`
allowed
  a request | GET / HTTP/1.1⏎Host: a⏎⏎
  an empty Host | GET / HTTP/1.1⏎Host:⏎⏎
  a Host with an address of IPv6 | GET / HTTP/1.1⏎Host: [::1]:80⏎⏎
  HTTP/1.0 without Host | GET / HTTP/1.0⏎⏎
  a tab in a value | GET / HTTP/1.1⏎Host: a⏎X: a\tb⏎⏎
  a value that is not ASCII | GET / HTTP/1.1⏎Host: a⏎X: caf\u00e9⏎⏎
  an empty value | GET / HTTP/1.1⏎Host: a⏎X:⏎⏎
  a target with a host | GET http://a/b?c HTTP/1.1⏎Host: a⏎⏎
  OPTIONS * | OPTIONS * HTTP/1.1⏎Host: a⏎⏎
  blank lines before | ⏎⏎GET / HTTP/1.1⏎Host: a⏎⏎
  a body | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3⏎⏎abc
  chunks | ${REQUEST}2⏎hi⏎0⏎⏎
  an extension of a chunk | ${REQUEST}2;a="b c"⏎hi⏎0⏎⏎
  a trailer | ${REQUEST}2⏎hi⏎0⏎Digest: x⏎⏎
  gzip below chunked | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: gzip, chunked⏎⏎0⏎⏎
  a request, and the last one | GET / HTTP/1.1⏎Host: a⏎X: a⏎⏎GET / HTTP/1.1⏎Host: a⏎Connection: close⏎⏎
  an upgrade to nothing | GET / HTTP/1.1⏎Host: a⏎Upgrade: h2c⏎Connection: upgrade⏎⏎
  a size with many zeros | ${REQUEST}0000000000000002⏎hi⏎0⏎⏎
  a length with many zeros | POST / HTTP/1.1⏎Host: a⏎Content-Length: 0000000000000003⏎⏎abc
  HTTP/1.0 that goes on | GET / HTTP/1.0⏎Connection: keep-alive⏎⏎GET / HTTP/1.0⏎⏎
  extensions | ${REQUEST}2;a;b=c;d="\\"e\u00e9"⏎hi⏎0⏎⏎

RFC 9112, 2.2
  LF alone everywhere | GET / HTTP/1.1\nHost: a\n\n | found LF alone
  LF alone after a field | GET / HTTP/1.1⏎Host: a\nX: b⏎⏎ | found LF alone
  LF alone as the blank line | GET / HTTP/1.1⏎Host: a⏎\n | found LF alone
  CR in a value | GET / HTTP/1.1⏎Host: a⏎X: a\rb⏎⏎ | expected CR only before LF, found one in X
  a space before the first field | GET / HTTP/1.1⏎ Host: a⏎Host: a⏎⏎ | found a space before it
  CR before CR LF | GET / HTTP/1.1⏎Host: a\r⏎⏎ | found one in Host
  LF alone after a trailer | ${REQUEST}0⏎A: b\n⏎ | found LF alone
  LF alone after the trailers | ${REQUEST}0⏎\n | found LF alone

RFC 9112, 3
  no version | GET /⏎Host: a⏎⏎ | expected "METHOD target
  a version in small letters | GET / http/1.1⏎Host: a⏎⏎ | expected "METHOD target
  a space after the version | GET / HTTP/1.1 ⏎Host: a⏎⏎ | expected "METHOD target
  two spaces | GET  / HTTP/1.1⏎Host: a⏎⏎ | expected "METHOD target
  HTTP/2.0 | GET / HTTP/2.0⏎Host: a⏎⏎ | expected "METHOD target
  a control character in the target | GET /\u0001 HTTP/1.1⏎Host: a⏎⏎ | no control character in the start line
  DEL in the target | GET /\u007f HTTP/1.1⏎Host: a⏎⏎ | no control character in the start line
  a tab in the target | GET /\ta HTTP/1.1⏎Host: a⏎⏎ | no control character in the start line
  a method that is no word | G(T / HTTP/1.1⏎Host: a⏎⏎ | expected "METHOD target
  tabs in the start line | GET\t/\tHTTP/1.1⏎ | expected "METHOD
  a space before the method | \u0020GET / HTTP/1.1⏎Host: a⏎⏎ | expected "METHOD

RFC 9112, 3.2
  no Host | GET / HTTP/1.1⏎⏎ | expected a Host field
  two Hosts | GET / HTTP/1.1⏎Host: a⏎Host: b⏎⏎ | expected one Host field, found "a, b"
  a Host with a path | GET / HTTP/1.1⏎Host: a/b⏎⏎ | expected a name or an address in Host
  a target that is not ASCII | GET /caf\u00e9 HTTP/1.1⏎Host: a⏎⏎ | visible ASCII characters without "#", found 0xe9
  a fragment in the target | GET /#a HTTP/1.1⏎Host: a⏎⏎ | found 0x23 ("#")
  a target without "/" | GET a HTTP/1.1⏎Host: a⏎⏎ | expected a target that begins with "/"
  GET * | GET * HTTP/1.1⏎Host: a⏎⏎ | expected a target that begins with "/"
  two Hosts in HTTP/1.0 | GET / HTTP/1.0⏎Host: a⏎Host: a⏎⏎ | expected one Host field, found "a, a"
  a Host with a user | GET / HTTP/1.1⏎Host: me@a⏎⏎ | expected a name or an address in Host

RFC 9110, 5.5
  NUL in a value | GET / HTTP/1.1⏎Host: a⏎X: a\u0000b⏎⏎ | no control character in X, found 0x00
  a control character in a value | GET / HTTP/1.1⏎Host: a⏎X: a\u0001b⏎⏎ | found 0x01
  DEL in a value | GET / HTTP/1.1⏎Host: a⏎X: a\u007fb⏎⏎ | found 0x7f
  VT before chunked | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding:\u000bchunked⏎⏎0⏎⏎ | found 0x0b
  NUL in a trailer | ${REQUEST}0⏎a: b\u0000⏎⏎ | found 0x00

RFC 9112, 5.1
  a space before the colon | GET / HTTP/1.1⏎Host : a⏎⏎ | no space between the field name and its colon, found "Host "

RFC 9110, 5.1
  no name | GET / HTTP/1.1⏎Host: a⏎: a⏎⏎ | expected a token as the field name, found ""
  a space in a name | GET / HTTP/1.1⏎Host: a⏎a b: c⏎⏎ | expected a token as the field name, found "a b"
  a trailer with a space in its name | ${REQUEST}0⏎a b: c⏎⏎ | expected a token as the field name

RFC 9112, 5
  no colon | GET / HTTP/1.1⏎Host: a⏎foo⏎⏎ | found no colon
  CR CR LF as the blank line | GET / HTTP/1.1⏎Host: a⏎\r⏎⏎ | found no colon

RFC 9112, 5.2
  a field on two lines | GET / HTTP/1.1⏎Host: a⏎X: a⏎ b⏎⏎ | expected each field on one line
  a trailer on two lines | ${REQUEST}0⏎a: b⏎ c⏎⏎ | expected each field on one line

RFC 9112, 6.2
  a length and chunks | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3⏎Transfer-Encoding: chunked⏎⏎0⏎⏎ | found both

RFC 9112, 6.1
  chunked twice | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: chunked, chunked⏎⏎0⏎⏎ | expected chunked once
  chunks in HTTP/1.0 | POST / HTTP/1.0⏎Host: a⏎Transfer-Encoding: chunked⏎⏎0⏎⏎ | in a message of HTTP/1.0

RFC 9112, 6.3
  a coding that is not chunked | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: gzip⏎⏎ | found "gzip"
  an unknown coding | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: xchunked⏎⏎ | found "xchunked"
  chunked with a parameter | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: chunked;q=1⏎⏎ | found "chunked;q=1"
  identity | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: identity⏎⏎ | found "identity"
  no coding | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding:⏎⏎ | found ""
  a length that is empty | POST / HTTP/1.1⏎Host: a⏎Content-Length:⏎⏎ | found ""
  a length with a sign | POST / HTTP/1.1⏎Host: a⏎Content-Length: +3⏎⏎abc | found "+3"
  a length with a space | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3 4⏎⏎abc | found "3 4"
  a length that is too long | POST / HTTP/1.1⏎Host: a⏎Content-Length: 99999999999999999999999⏎⏎abc | expected a Content-Length of digits
  two lengths that differ | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3⏎Content-Length: 4⏎⏎abc | found "3, 4"

RFC 9110, 5.6.1
  a list that ends with a comma | POST / HTTP/1.1⏎Host: a⏎Transfer-Encoding: chunked,⏎⏎0⏎⏎ | no empty member

RFC 9110, 8.6
  the same length twice | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3⏎Content-Length: 3⏎⏎abc | expected one Content-Length
  a list of lengths | POST / HTTP/1.1⏎Host: a⏎Content-Length: 3, 3⏎⏎abc | expected one Content-Length

RFC 9112, 7.1
  LF alone after the size | ${REQUEST}2\nhi⏎0⏎⏎ | after a chunk's size, found LF alone
  LF alone after the data | ${REQUEST}2⏎hi\n0⏎⏎ | after 2 bytes of a chunk, found 0x0a (LF)
  LF alone after the last size | ${REQUEST}0\n⏎ | after a chunk's size, found LF alone
  CR alone after the size | ${REQUEST}2\r\rhi⏎0⏎⏎ | expected a chunk's size in hex
  a size with 0x | ${REQUEST}0x2⏎hi⏎0⏎⏎ | expected a chunk's size in hex
  a size that is too large | ${REQUEST}fffffffffffffffff⏎hi⏎0⏎⏎ | expected a chunk's size in hex
  a chunk that is longer than its size | ${REQUEST}2⏎hi!⏎0⏎⏎ | found 0x21

RFC 9112, 7.1.1
  a space after the size | ${REQUEST}2 ⏎hi⏎0⏎⏎ | expected no space
  spaces in an extension | ${REQUEST}2 ; a = b⏎hi⏎0⏎⏎ | expected no space
  a control character in an extension | ${REQUEST}2;a\u0001⏎hi⏎0⏎⏎ | found 0x01
  CR in an extension | ${REQUEST}2;a\rb⏎hi⏎0⏎⏎ | found 0x0d (CR)
  an extension of no name | ${REQUEST}2;⏎hi⏎0⏎⏎ | found ";"
  an extension whose quote is open | ${REQUEST}2;a="b⏎hi⏎0⏎⏎ | expected ";name" or ";name=value"
  an extension that goes on after its quote | ${REQUEST}2;a="b"c⏎hi⏎0⏎⏎ | expected ";name" or ";name=value"
  an extension that is not ASCII | ${REQUEST}2;a=\u00ff⏎hi⏎0⏎⏎ | expected ";name" or ";name=value"

RFC 9110, 6.5.1
  a length in the trailers | ${REQUEST}0⏎Content-Length: 3⏎⏎ | expected no Content-Length after the body

RFC 9112, 9.6
  a request after the last one | GET / HTTP/1.1⏎Host: a⏎Connection: close⏎⏎GET / HTTP/1.1⏎Host: a⏎X: a⏎⏎ | expected no other request

RFC 9110, 9.1
  a method in small letters | get / HTTP/1.1⏎Host: a⏎⏎ | expected GET in capital letters, found "get"
  a method in mixed letters | Post / HTTP/1.1⏎Host: a⏎⏎ | expected POST in capital letters, found "Post"

RFC 9110, 4.2.1
  a scheme without a host | GET http: HTTP/1.1⏎Host: a⏎⏎ | expected a host after
  a scheme with an empty host | GET http:/// HTTP/1.1⏎Host: a⏎⏎ | expected a host

RFC 9110, 4.2.2
  https without a host | GET https: HTTP/1.1⏎Host: a⏎⏎ | expected a host after

RFC 9110, 4.2.4
  a target with a user | GET http://me@a/ HTTP/1.1⏎Host: a⏎⏎ | without a user

RFC 9110, 7.8
  Upgrade without Connection | GET / HTTP/1.1⏎Host: a⏎Upgrade: websocket⏎⏎ | expected "Connection: Upgrade" with an Upgrade field

RFC 9112, 9.3
  a second request of HTTP/1.0 | GET / HTTP/1.0⏎⏎GET / HTTP/1.0⏎⏎ | expected no other request after one of HTTP/1.0

left out: a target with another scheme than http and https
  a target with another scheme | GET mailto:a HTTP/1.1⏎Host: a⏎⏎

left out: a minor version above 1
  HTTP/1.2 | GET / HTTP/1.2⏎Host: a⏎⏎

left out: a method that the other side does not know
  a method of its own | FOO / HTTP/1.1⏎Host: a⏎⏎

left out: an ${'`Expect`'} that is not met
  an expectation | GET / HTTP/1.1⏎Host: a⏎Expect: x⏎⏎`);

const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';

/** What a server sends. */
export const RESPONSES: Case[] = [
  { title: 'the response to HEAD', method: 'HEAD', sent: whole },
  {
    title: 'a body after the response to HEAD',
    method: 'HEAD',
    sent: `${whole}hi`,
    section: 'RFC 9110, 9.3.2',
    says: 'expected no body after the response to HEAD, found 0x68 ("h")',
  },
  ...casesOf(String.raw`
allowed
  a response | HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hi
  no reason, but its space | HTTP/1.1 200 ⏎Content-Length: 2⏎⏎hi
  chunks | ${RESPONSE}2⏎hi⏎0⏎⏎
  a trailer | ${RESPONSE}2⏎hi⏎0⏎Digest: x⏎⏎
  up to the end | HTTP/1.1 200 OK⏎⏎hi
  a 204 | HTTP/1.1 204 No Content⏎⏎
  a 304 with a length | HTTP/1.1 304 Not Modified⏎Content-Length: 2⏎⏎
  a 100 before | HTTP/1.1 100 Continue⏎⏎HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hi
  a 103 before | HTTP/1.1 103 Early Hints⏎Link: </a>⏎⏎HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hi
  gzip up to the end | HTTP/1.1 200 OK⏎Transfer-Encoding: gzip⏎⏎abc
  two Set-Cookies | HTTP/1.1 200 OK⏎Set-Cookie: a=1⏎Set-Cookie: b=2⏎Content-Length: 2⏎⏎hi
  a reason that is not ASCII | HTTP/1.1 200 caf\u00e9⏎Content-Length: 2⏎⏎hi
  a tab in the reason | HTTP/1.1 200 O\tK⏎Content-Length: 2⏎⏎hi

RFC 9110, 15.3.5
  a body after 204 | HTTP/1.1 204 ⏎⏎hi | expected no body after 204, found 0x68

RFC 9110, 15.4.5
  a body after 304 | HTTP/1.1 304 ⏎Content-Length: 2⏎⏎hi | expected no body after 304

RFC 9110, 15.2
  a body after 100 | HTTP/1.1 100 ⏎⏎hiHTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hi | expected no body after 100

RFC 9110, 15.3.6
  a body after 205 | HTTP/1.1 205 ⏎Content-Length: 2⏎⏎hi | expected no body in a 205

RFC 9112, 9.2
  more than the length | HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎himore | expected no bytes while no request waits for a response, found 0x6d
  two responses to one request | HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hiHTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hi | expected no other response, as no request waits for one

RFC 9112, 6.3
  an unknown coding | HTTP/1.1 200 OK⏎Transfer-Encoding: foo⏎⏎abc | found "foo": the body lasts until the connection ends
  chunked with a semicolon | HTTP/1.1 200 OK⏎Transfer-Encoding: chunked;⏎⏎abc | found "chunked;"
  a length that is none | HTTP/1.1 200 OK⏎Content-Length: x⏎⏎hi | found "x"
  a length that is empty | HTTP/1.1 200 OK⏎Content-Length:⏎⏎hi | found ""
  lengths that differ | HTTP/1.1 200 OK⏎Content-Length: 3⏎Content-Length: 2⏎⏎hi | found "3, 2"

RFC 9110, 8.6
  a length in 204 | HTTP/1.1 204 ⏎Content-Length: 0⏎⏎ | expected no Content-Length in a 204
  a length in 100 | HTTP/1.1 100 ⏎Content-Length: 2⏎⏎HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hi | expected no Content-Length in a 100
  the same length twice | HTTP/1.1 200 OK⏎Content-Length: 2⏎Content-Length: 2⏎⏎hi | expected one Content-Length

RFC 9112, 6.1
  chunks in 204 | HTTP/1.1 204 ⏎Transfer-Encoding: chunked⏎⏎0⏎⏎ | expected no Transfer-Encoding in a 204
  chunks in HTTP/1.0 | HTTP/1.0 200 OK⏎Transfer-Encoding: chunked⏎⏎0⏎⏎ | in a message of HTTP/1.0

RFC 9112, 6.2
  a length and chunks | HTTP/1.1 200 OK⏎Content-Length: 2⏎Transfer-Encoding: chunked⏎⏎2⏎hi⏎0⏎⏎ | found both

RFC 9112, 2.2
  LF alone everywhere | HTTP/1.1 200 OK\nContent-Length: 2\n\nhi | found LF alone
  CR in a value | HTTP/1.1 200 OK⏎X: a\rb⏎Content-Length: 2⏎⏎hi | found one in X
  CR in the reason | HTTP/1.1 200 O\rK⏎Content-Length: 2⏎⏎hi | found one in the start line

RFC 9110, 5.5
  NUL in a value | HTTP/1.1 200 OK⏎X: a\u0000b⏎Content-Length: 2⏎⏎hi | found 0x00
  a control character in a value | HTTP/1.1 200 OK⏎X: a\u0001b⏎Content-Length: 2⏎⏎hi | found 0x01
  VT before chunked | HTTP/1.1 200 OK⏎Transfer-Encoding:\u000bchunked⏎⏎2⏎hi⏎0⏎⏎ | found 0x0b

RFC 9112, 4
  a status of two digits | HTTP/1.1 99 OK⏎Content-Length: 2⏎⏎hi | expected "HTTP/1.1 status reason"
  a status of four digits | HTTP/1.1 1000 OK⏎Content-Length: 2⏎⏎hi | expected "HTTP/1.1 status reason"
  HTTP/2.0 | HTTP/2.0 200 OK⏎Content-Length: 2⏎⏎hi | expected "HTTP/1.1 status reason"
  a space before | \u0020HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hi | expected "HTTP/1.1 status reason"
  something else | hello⏎ | expected "HTTP/1.1 status reason"
  no space after the status | HTTP/1.1 200⏎Content-Length: 2⏎⏎hi | expected a space after the status code
  a control character in the reason | HTTP/1.1 200 O\u0001K⏎Content-Length: 2⏎⏎hi | no control character in the start line

RFC 9112, 5
  no colon | HTTP/1.1 200 OK⏎foo⏎Content-Length: 2⏎⏎hi | found no colon

RFC 9112, 5.1
  a space before the colon | HTTP/1.1 200 OK⏎X : a⏎Content-Length: 2⏎⏎hi | found "X "

RFC 9112, 5.2
  a field on two lines | HTTP/1.1 200 OK⏎X: a⏎ b⏎Content-Length: 2⏎⏎hi | expected each field on one line

RFC 9112, 7.1
  chunk lines with LF alone | ${RESPONSE}2\nhi\n0\n\n | found LF alone
  a chunk that is longer than its size | ${RESPONSE}2⏎hi!⏎0⏎⏎ | found 0x21

RFC 9110, 6.5.1
  a length in the trailers | ${RESPONSE}0⏎Content-Length: 9⏎⏎ | after the body

RFC 9112, 8
  less than the length | HTTP/1.1 200 OK⏎Content-Length: 5⏎⏎hi | the connection ended after 2
  no last chunk | ${RESPONSE}2⏎hi⏎ | the connection ended before the last chunk
  a header section without an end | HTTP/1.1 200 OK⏎X: a⏎ | the connection ended

RFC 9110, 7.8
  a 101 without Upgrade | HTTP/1.1 101 ⏎⏎ | expected an Upgrade field in a 101
  a 101 that nobody asked for | HTTP/1.1 101 ⏎Upgrade: websocket⏎Connection: upgrade⏎⏎ | what the client has offered in Upgrade, found "websocket"

left out: whether a body can be decompressed
  a body that is not compressed as it says | HTTP/1.1 200 OK⏎Content-Encoding: gzip⏎Content-Length: 2⏎⏎hi

left out: a minor version above 1
  HTTP/1.2 | HTTP/1.2 200 OK⏎Content-Length: 2⏎⏎hi

left out: several fields where one is meant
  two Locations | HTTP/1.1 302 ⏎Location: /a⏎Location: /b⏎Content-Length: 0⏎⏎`),
];
