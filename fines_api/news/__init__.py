"""Outward news of hotlist hits: webhooks, MQTT and web push beside the wall's own stream."""
