'use strict';

const keys = ({ Records }) => Records.map(({ s3 }) => decodeURIComponent(s3.object.key));

module.exports.resize = async (event) => keys(event);
module.exports.import = async (event) => keys(event);
