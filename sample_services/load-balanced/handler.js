'use strict';

const page = (text) => ({
  statusCode: 200,
  statusDescription: '200 OK',
  isBase64Encoded: false,
  headers: { 'content-type': 'text/plain' },
  body: text,
});

module.exports.shop = async () => page('shop');
module.exports.cart = async () => page('cart');
