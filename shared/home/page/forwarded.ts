/** The home page itself is served without TLS: this one came by a forwarder. */
export const isForwarded = location.protocol === 'https:';
