"""Stand-in for Tencent Cloud FaceID (人脸核身): its two calls, and a page with buttons instead of a camera."""
