'use strict';

const keys = ({ Records }) => Records.map(({ s3 }) => s3.object.key);

module.exports.resize = async (event) => keys(event);
module.exports.forget = async (event) => keys(event);
module.exports.import = async (event) => keys(event);
