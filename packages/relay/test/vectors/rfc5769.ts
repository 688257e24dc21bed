/**
 * Test vectors of RFC 5769, "Test Vectors for Session Traversal Utilities for NAT (STUN)", §2.1–2.4. Code components of
 * an RFC: Copyright (c) 2010 IETF Trust and the persons identified as authors of the code; Revised BSD License.
 */
const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ""), "hex");

export const RFC5769 = {
  /** Password of the first three. */
  shortTermPassword: "VOkJxbRl1RmTxUk/WvJxBt",
  /** §2.1 */
  sampleRequest: bytes(`
    00010058 2112a442 b7e7a701bc34d686fa87dfae
    80220010 5354554e207465737420636c69656e74
    00240004 6e0001ff
    80290008 932ff9b151263b36
    00060009 6576746a3a68367659202020
    00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
    80280004 e57a3bcf`),
  /** §2.2 */
  ipv4Response: bytes(`
    0101003c 2112a442 b7e7a701bc34d686fa87dfae
    8022000b 7465737420766563746f7220
    00200008 0001a147e112a643
    00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
    80280004 c07d4c96`),
  /** §2.3 */
  ipv6Response: bytes(`
    01010048 2112a442 b7e7a701bc34d686fa87dfae
    8022000b 7465737420766563746f7220
    00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
    00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
    80280004 c8fb0b4c`),
  /** §2.4; the password stands as SASLprep leaves it. */
  longTermRequest: bytes(`
    00010060 2112a442 78ad3433c6ad72c029da412e
    00060012 e3839ee38388e383aae38383e382afe382b90000
    0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
    0014000b 6578616d706c652e6f726700
    00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`),
  longTerm: {
    username: "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9",
    realm: "example.org",
    password: "TheMatrIX",
    nonce: "f//499k954d6OL34oL9FSTvy64sA",
  },
} as const;
