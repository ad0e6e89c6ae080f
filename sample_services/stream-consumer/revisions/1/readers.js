'use strict';

const clicks = ({ Records }) => Records.map(({ kinesis }) => JSON.parse(Buffer.from(kinesis.data, 'base64')));

module.exports.aggregate = async (event) => clicks(event).length;
module.exports.alert = async (event) => console.error(clicks(event));
